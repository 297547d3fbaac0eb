using BenchmarkDotNet.Attributes;

namespace DiffusionSharp.Bench;

/// <summary>Attention and its gradient with the shapes of real networks.</summary>
[MemoryDiagnoser]
public class AttentionBenchmarks
{
    private AttentionCall? call;

    public static IEnumerable<AttentionShape> Shapes => NormWorkloads.Attentions;

    [ParamsSource(nameof(Shapes))]
    public AttentionShape Shape { get; set; } = NormWorkloads.Attentions[0];

    [Params(1, 2)]
    public int Threads { get; set; }

    [GlobalSetup]
    public void Setup() => call = new AttentionCall(Shape, Pools.Of(Threads));

    [Benchmark]
    public void Forward() => call!.Forward();

    [Benchmark]
    public void Gradient() => call!.Gradient();
}

/// <summary>Group norm with SiLU and its gradient with the shapes of real networks.</summary>
[MemoryDiagnoser]
public class GroupNormBenchmarks
{
    private NormCall? call;

    public static IEnumerable<NormShape> Shapes => NormWorkloads.Norms;

    [ParamsSource(nameof(Shapes))]
    public NormShape Shape { get; set; } = NormWorkloads.Norms[0];

    [Params(1, 2)]
    public int Threads { get; set; }

    [GlobalSetup]
    public void Setup() => call = new NormCall(Shape, Pools.Of(Threads));

    [Benchmark]
    public void Forward() => call!.Forward();

    [Benchmark]
    public void Gradient() => call!.Gradient();
}
