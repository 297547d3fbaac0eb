using System.Diagnostics;
using DiffusionSharp.Cpu;
using DiffusionSharp.Graphs;
using DiffusionSharp.Graphs.Execution;
using DiffusionSharp.Networks;
using DiffusionSharp.Networks.Inspection;
using DiffusionSharp.Networks.Optimization;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Bench;

/// <summary>What one side of a comparison measured.</summary>
/// <param name="SecondsPerStep">Median over the timed steps.</param>
/// <param name="PeakMegabytes">Largest resident memory of the process.</param>
/// <param name="Parameters">Numbers that are trained.</param>
/// <param name="AllocatedBytes">Bytes that the managed heap gave out during the timed steps, on all threads.</param>
public sealed record Measurement(double SecondsPerStep, double PeakMegabytes, long Parameters, long AllocatedBytes = 0);

/// <summary>Whole steps of the networks that the project is measured by: the same networks as in <c>bench/peers</c>.</summary>
public sealed class NetworkWork
{
    private static readonly AdamOptions Adam = new(Rate: 1e-3);
    private static readonly LearningRateSchedule Schedule = new();
    private static readonly EmaOptions Ema = new();

    private readonly CompiledGraph program;
    private readonly ParameterBuffer weights;
    private readonly bool training;
    private int step;

    private NetworkWork(CompiledGraph program, ParameterBuffer weights, bool training, double operations) => (this.program, this.weights, this.training, Operations) = (program, weights, training, operations);

    /// <summary>Multiply-adds of products and convolutions in one step, times two.</summary>
    public double Operations { get; }

    /// <summary>Bytes of activations, gradients and scratch.</summary>
    public long ArenaBytes => program.ArenaBytes;

    /// <summary>Compiles one of the networks.</summary>
    /// <param name="model">s, m or mlp.</param>
    /// <param name="training">A whole training step, or the forward pass alone.</param>
    /// <param name="batch">Samples a step; null for the network's own.</param>
    /// <param name="parallelism">The threads.</param>
    public static NetworkWork Create(string model, bool training, int? batch, Parallelism parallelism)
    {
        var network = model switch { "s" => ReferenceNetworks.UNetS, "m" => ReferenceNetworks.UNetM, "mlp" => ReferenceNetworks.Points, _ => throw new ArgumentException($"--model: s, m or mlp is expected, not '{model}'.") };
        var n = batch ?? network.Batch;
        var graph = new Graph();
        var shape = network.SampleShape.Prepend(n);
        var (x, t) = (graph.Input("x", shape), graph.Input("t", [n]));
        var output = network.UNet is { } unet ? UNet2D.Build(graph, unet, x, t, training: training) : Mlp.Build(graph, network.Mlp!, x, t);
        var outputs = new Dictionary<string, Node> { ["out"] = output };
        TrainingState? state = null;
        if (training)
        {
            var loss = Op.MeanSquaredError(output, graph.Input("target", shape));
            outputs = new() { ["loss"] = loss, ["norm"] = Op.Train(loss, graph.Input("rates", [4]), new AdamOptions(Rate: 1e-3, WeightDecay: 0.01, ClipNorm: 1).ToUpdate()) };
            state = new TrainingState(new ParameterBuffer(graph.Layout), new ParameterBuffer(graph.Layout), new ParameterBuffer(graph.Layout));
        }

        var weights = new ParameterBuffer(graph.Layout);
        weights.Initialize(new Rng(1));
        state?.Average?.CopyFrom(weights);
        var program = CompiledGraph.Compile(outputs, weights, new CpuExecutor(parallelism), state);
        new Rng(2).FillNormal(program.Input("x"));
        if (training) new Rng(3).FillNormal(program.Input("target"));
        var times = program.Input("t");
        for (var i = 0; i < n; i++) times[i] = new Rng(4).Integer(1000, (ulong)i);
        return new NetworkWork(program, weights, training, 2.0 * NetworkSummary.Of(program.Plan).Cost.MultiplyAdds);
    }

    /// <summary>Runs one step.</summary>
    public void Step()
    {
        step++;
        if (training) TrainingRates.Write(program.Input("rates"), step, Adam, Schedule, Ema);
        program.Run();
    }

    /// <summary>Times steps after a warm-up.</summary>
    public Measurement Measure(int warmup, int steps)
    {
        for (var i = 0; i < warmup; i++) Step();
        var seconds = new double[steps];
        var allocated = GC.GetTotalAllocatedBytes(precise: true);
        for (var i = 0; i < steps; i++)
        {
            var begun = Stopwatch.GetTimestamp();
            Step();
            seconds[i] = Stopwatch.GetElapsedTime(begun).TotalSeconds;
        }

        allocated = GC.GetTotalAllocatedBytes(precise: true) - allocated;
        Array.Sort(seconds);
        using var process = Process.GetCurrentProcess();
        return new Measurement(seconds[steps / 2], process.PeakWorkingSet64 / 1048576.0, weights.Layout.Count, allocated);
    }
}
