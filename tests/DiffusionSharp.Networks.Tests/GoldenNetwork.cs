using DiffusionSharp.Cpu;
using DiffusionSharp.Data.Formats;
using DiffusionSharp.Graphs;
using DiffusionSharp.Graphs.Execution;
using DiffusionSharp.Networks.Optimization;
using DiffusionSharp.Networks.Weights;
using DiffusionSharp.Tensors;
using DiffusionSharp.TestKit;

namespace DiffusionSharp.Networks.Tests;

/// <summary>A recorded network: its weights, its inputs and what another tool computed from them.</summary>
internal sealed class GoldenNetwork : IDisposable
{
    private readonly GoldenFile golden;
    private readonly Node t;
    private readonly Node? labels;
    private readonly Node x;
    private readonly Node target;
    private readonly Precision precision;

    public GoldenNetwork(string name, Precision precision = Precision.Fast)
    {
        this.precision = precision;
        golden = GoldenFile.Require("models", name, "golden");
        var options = Networks.Named(name);
        var shape = golden["in/x"].Shape;
        x = Graph.Input("x", [shape[0], shape[2], shape[3], shape[1]]);
        t = Graph.Input("t", [shape[0]]);
        labels = golden.Has("in/y") ? Graph.Input("y", [shape[0]]) : null;
        target = Graph.Input("target", x.Shape);
        Output = UNet2D.Build(Graph, options, x, t, labels);
        Loss = Op.MeanSquaredError(Output, target);
        Weights = new ParameterBuffer(Graph.Layout);
        using var file = SafetensorsFile.Open(SharedFolder.Require("golden", "models", name, "diffusion_pytorch_model.safetensors"));
        ParameterConversion.Import(Weights, file.Names, file.Read);
        ParameterNames = [.. golden.Manifest.RootElement.GetProperty("param_names").EnumerateArray().Select(p => p.GetString()!)];
        NearZero = golden.Manifest.RootElement.GetProperty("near_zero_grads").EnumerateArray().Select(p => p.GetString()!).ToHashSet();
    }

    public Graph Graph { get; } = new();

    public Node Output { get; }

    public Node Loss { get; }

    public ParameterBuffer Weights { get; }

    public IReadOnlyList<string> ParameterNames { get; }

    public IReadOnlySet<string> NearZero { get; }

    public Tensor this[string name] => golden[name];

    public bool Has(string name) => golden.Has(name);

    /// <summary>Compiles outputs and fills the recorded inputs.</summary>
    public CompiledGraph Compile(Dictionary<string, Node> outputs, Parallelism parallelism, TrainingState? state = null)
    {
        var program = CompiledGraph.Compile(outputs, Weights, new CpuExecutor(parallelism, precision), state);
        Fill(program, "x", ChannelsLast(this["in/x"]));
        Fill(program, "t", this["in/t"].Values);
        if (labels is not null) Fill(program, "y", this["in/y"].Values);
        if (program.HasInput("target")) Fill(program, "target", ChannelsLast(this["target"]));
        return program;
    }

    /// <summary>A program of one AdamW step, as recorded: rate 1e-3, decay 0.01.</summary>
    public (CompiledGraph Program, AdamOptions Adam) Training(Parallelism parallelism, TrainingState state)
    {
        var adam = new AdamOptions(Rate: 1e-3, WeightDecay: 0.01);
        var norm = Op.Train(Loss, Graph.Input("rates", [TrainingRates.Count]), adam.ToUpdate());
        return (Compile(new Dictionary<string, Node> { ["loss"] = Loss, ["norm"] = norm }, parallelism, state), adam);
    }

    /// <summary>Fresh optimizer state.</summary>
    public TrainingState State() => new(new ParameterBuffer(Graph.Layout), new ParameterBuffer(Graph.Layout), new ParameterBuffer(Graph.Layout));

    /// <summary>A parameter's values in PyTorch's layout, as doubles.</summary>
    public Tensor Torch(string name, ReadOnlySpan<float> values)
    {
        var value = ParameterConversion.ToTorch(name, new FloatTensor(Graph.Layout[name].Shape, values.ToArray()));
        return new Tensor(value.Shape, Array.ConvertAll(value.Values.ToArray(), v => (double)v));
    }

    public static double[] ChannelsLast(Tensor picture)
    {
        var s = picture.Shape;
        var (n, c, area) = (s[0], s[1], s[2] * s[3]);
        var result = new double[s.Count];
        for (var i = 0; i < n; i++)
            for (var j = 0; j < c; j++)
                for (var p = 0; p < area; p++) result[(((i * area) + p) * c) + j] = picture.Values[(((i * c) + j) * area) + p];
        return result;
    }

    public void Dispose() => golden.Dispose();

    private static void Fill(CompiledGraph program, string name, ReadOnlySpan<double> values)
    {
        var input = program.Input(name);
        Assert.Equal(values.Length, input.Length);
        for (var i = 0; i < values.Length; i++) input[i] = (float)values[i];
    }
}
