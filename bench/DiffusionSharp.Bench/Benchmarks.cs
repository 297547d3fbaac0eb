using BenchmarkDotNet.Attributes;
using DiffusionSharp.Cpu.Kernels;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Bench;

/// <summary>One pool of threads per size for the whole process; its threads are background threads and end with it.</summary>
internal static class Pools
{
    private static readonly Dictionary<int, Parallelism> BySize = [];

    public static Parallelism Of(int threads)
    {
        if (!BySize.TryGetValue(threads, out var pool)) BySize[threads] = pool = new Parallelism(threads);
        return pool;
    }
}

/// <summary>Matrix products with the shapes of real networks.</summary>
[MemoryDiagnoser]
public class GemmBenchmarks
{
    private GemmCall? call;

    public static IEnumerable<GemmShape> Shapes => Workloads.Products;

    [ParamsSource(nameof(Shapes))]
    public GemmShape Shape { get; set; } = Workloads.Products[0];

    [Params(1, 2)]
    public int Threads { get; set; }

    [GlobalSetup]
    public void Setup() => call = new GemmCall(Shape, Pools.Of(Threads));

    [Benchmark]
    public void Multiply() => call!.Run();
}

/// <summary>Convolutions and their gradients with the shapes of real networks.</summary>
[MemoryDiagnoser]
public class Conv2DBenchmarks : ConvBenchmarks
{
    public static IEnumerable<ConvShape> Shapes => Workloads.Convolutions;

    [ParamsSource(nameof(Shapes))]
    public ConvShape Shape { get; set; } = Workloads.Convolutions[0];

    [GlobalSetup]
    public void Setup() => Prepare(Shape, ConvMethod.Direct);
}

/// <summary>The same by Winograd's filtering, where it can compute them.</summary>
[MemoryDiagnoser]
public class WinogradBenchmarks : ConvBenchmarks
{
    public static IEnumerable<ConvShape> Shapes => Workloads.Convolutions.Where(s => Convolution.AllowsWinograd(s.Geometry));

    [ParamsSource(nameof(Shapes))]
    public ConvShape Shape { get; set; } = Workloads.Convolutions[0];

    [GlobalSetup]
    public void Setup() => Prepare(Shape, ConvMethod.Winograd);
}

/// <summary>The three passes.</summary>
public abstract class ConvBenchmarks
{
    private ConvCall? call;

    [Params(1, 2)]
    public int Threads { get; set; }

    [Benchmark]
    public void Forward() => call!.Forward();

    [Benchmark]
    public void GradInput() => call!.GradInput();

    [Benchmark]
    public void GradWeight() => call!.GradWeight();

    private protected void Prepare(ConvShape shape, ConvMethod method) => call = new ConvCall(shape, Pools.Of(Threads), method);
}

/// <summary>The tail of a training step on the parameters of U-Net S and M: the norm for clipping, AdamW and the average in one pass.</summary>
[MemoryDiagnoser]
public class TailBenchmarks
{
    private AlignedBuffer[] buffers = [];

    [Params(3_939_393, 35_746_307)]
    public int Parameters { get; set; }

    [Params(1, 2)]
    public int Threads { get; set; }

    [GlobalSetup]
    public void Setup() => buffers = [.. Enumerable.Range(1, 5).Select(seed => Operands.Filled(Parameters, seed))];

    [Benchmark]
    public double Norm() => Optimizers.SumOfSquares(buffers[1].Span, Pools.Of(Threads));

    [Benchmark]
    public void Update() => Optimizers.AdamW(
        buffers[0].Span, buffers[1].Span, buffers[2].Span, buffers[3].Span, buffers[4].Span,
        new AdamWStep(1e-4, 0.9, 0.999, 1e-8, 0.01, true, 0.1, 0.001, 1, 0.9999), Pools.Of(Threads));
}

/// <summary>Whole steps of the networks that the project is measured by.</summary>
[MemoryDiagnoser]
public class StepBenchmarks
{
    private NetworkWork? work;

    [Params("s", "m", "mlp")]
    public string Model { get; set; } = "s";

    [Params(true, false)]
    public bool Training { get; set; }

    [Params(2)]
    public int Threads { get; set; }

    [GlobalSetup]
    public void Setup() => work = NetworkWork.Create(Model, Training, null, Pools.Of(Threads));

    [Benchmark]
    public void Step() => work!.Step();
}
