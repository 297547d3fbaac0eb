using BenchmarkDotNet.Attributes;
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
public class Conv2DBenchmarks
{
    private ConvCall? call;

    public static IEnumerable<ConvShape> Shapes => Workloads.Convolutions;

    [ParamsSource(nameof(Shapes))]
    public ConvShape Shape { get; set; } = Workloads.Convolutions[0];

    [Params(1, 2)]
    public int Threads { get; set; }

    [GlobalSetup]
    public void Setup() => call = new ConvCall(Shape, Pools.Of(Threads));

    [Benchmark]
    public void Forward() => call!.Forward();

    [Benchmark]
    public void GradInput() => call!.GradInput();

    [Benchmark]
    public void GradWeight() => call!.GradWeight();
}
