using DiffusionSharp.Cli.Output;
using DiffusionSharp.Cli.Session;
using DiffusionSharp.Graphs.Execution;
using DiffusionSharp.Networks;
using DiffusionSharp.Networks.Optimization;
using DiffusionSharp.Training.Recipes;
using DiffusionSharp.Training.Runs;

namespace DiffusionSharp.Cli.Programs;

/// <summary>A network whose programs can be looked at before anything is trained.</summary>
/// <param name="Name">As it was given.</param>
/// <param name="Config">The network, its batch, optimizer and precision.</param>
internal sealed record NamedNetwork(string Name, RunConfig Config)
{
    private static readonly IEnumerable<string> PresetNames = Presets.All.Select(p => p.Name), MeasuredNames = ReferenceNetworks.All.Select(n => n.Name);

    /// <summary>What may be given, in words.</summary>
    public static string Expected { get; } =
        $"a preset ({string.Join(", ", PresetNames)}), a measured network ({string.Join(", ", MeasuredNames)}), a configuration (.json) or a run";

    /// <summary>The names of presets and measured networks.</summary>
    public static IEnumerable<string> Names => [.. PresetNames, .. MeasuredNames];

    /// <summary>Finds a network.</summary>
    /// <param name="command">What messages begin with.</param>
    /// <param name="name">A preset, a measured network, a configuration or a run.</param>
    /// <param name="batch">Samples of a step; null for the network's own.</param>
    /// <param name="precision">Null for the network's own.</param>
    /// <exception cref="UsageException">There is none of this name.</exception>
    /// <exception cref="DataException">A configuration is damaged.</exception>
    public static NamedNetwork Find(string command, string name, int? batch, Precision? precision)
    {
        var config = Read(name) ?? throw new UsageException($"{command}: {DidYouMean.Unknown(name, Names, $"{Expected} is expected")}");
        var parts = config.Accumulate;
        if (batch % parts > 0)
            throw new UsageException($"--batch: '{name}' computes a step in {parts} equal parts, a multiple of {parts} is expected, {batch} was given.");
        return new NamedNetwork(name, config with { Batch = batch ?? config.Batch, Precision = precision ?? config.Precision });
    }

    /// <summary>What a program computes, in words: "unet-s: a training step of 64 samples of 32×32×1, fast".</summary>
    /// <param name="program">One of this network's.</param>
    public string Describe(NetworkProgram program)
    {
        var what = program.Training ? "a training step" : "the forward pass";
        return $"{Name}: {what} of {Say.Count(program.Samples)} samples of {Say.Sample(program.SampleShape)}, {Say.Word(Config.Precision)}";
    }

    private static bool Same(string known, string name) => string.Equals(known, name, StringComparison.OrdinalIgnoreCase);

    private static RunConfig? Read(string name)
    {
        if (Presets.All.FirstOrDefault(p => Same(p.Name, name)) is { } preset) return preset.Build(preset.Name, preset.Sample);
        if (ReferenceNetworks.All.FirstOrDefault(n => Same(n.Name, name)) is { } network)
        {
            var optimizer = new AdamOptions(Rate: 1e-3, WeightDecay: 0.01, ClipNorm: 1);
            return new RunConfig(network.Name, network.Name) { UNet = network.UNet, Mlp = network.Mlp, Batch = network.Batch, Optimizer = optimizer };
        }

        if (File.Exists(name)) return ConfigJson.ReadFile(name);
        return new RunFolder(name).Exists ? new RunFolder(name).ReadConfig() : null;
    }
}
