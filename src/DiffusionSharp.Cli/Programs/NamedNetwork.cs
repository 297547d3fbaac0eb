using DiffusionSharp.Cli.Grammar;
using DiffusionSharp.Graphs;
using DiffusionSharp.Graphs.Execution;
using DiffusionSharp.Networks;
using DiffusionSharp.Networks.Optimization;
using DiffusionSharp.Tensors;
using DiffusionSharp.Training.Models;
using DiffusionSharp.Training.Recipes;
using DiffusionSharp.Training.Runs;
using DiffusionSharp.Training.Steps;

namespace DiffusionSharp.Cli.Programs;

/// <summary>A network whose programs can be looked at before anything is trained.</summary>
/// <param name="Name">As it was given.</param>
/// <param name="Config">The network, its batch, optimizer and precision.</param>
internal sealed record NamedNetwork(string Name, RunConfig Config)
{
    /// <summary>What may be given, in words.</summary>
    public static string Expected { get; } = $"a preset ({string.Join(", ", Presets.All.Select(p => p.Name))}), a measured network ({string.Join(", ", ReferenceNetworks.All.Select(n => n.Name))}), a configuration (.json) or a run";

    /// <summary>The names of presets and measured networks.</summary>
    public static IEnumerable<string> Names => [.. Presets.All.Select(p => p.Name), .. ReferenceNetworks.All.Select(n => n.Name)];

    /// <summary>The shape of one sample.</summary>
    public Shape SampleShape => Config.SampleShape();

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
        if (batch % config.Accumulate > 0) throw new UsageException($"--batch: '{name}' computes a step in {config.Accumulate} equal parts, a multiple of {config.Accumulate} is expected, {batch} was given.");
        return new NamedNetwork(name, config with { Batch = batch ?? config.Batch, Precision = precision ?? config.Precision });
    }

    /// <summary>Samples of one run of the program: of a step, or of the part of a step that is computed at a time.</summary>
    /// <param name="training">Whether it is the program that trains.</param>
    public int RunSize(bool training) => training ? Config.PartSize() : Config.Batch;

    /// <summary>The nodes of a training step, or of the network alone as sampling runs it.</summary>
    public IReadOnlyDictionary<string, Node> Outputs(bool training)
    {
        var blueprint = new NetworkBlueprint(Config, SampleShape);
        return training ? TrainingProgram.Outputs(blueprint, RunSize(training), Config.Update()) : BoundNetwork.Outputs(blueprint, Config.Batch);
    }

    private static bool Same(string known, string name) => string.Equals(known, name, StringComparison.OrdinalIgnoreCase);

    private static RunConfig? Read(string name)
    {
        if (Presets.All.FirstOrDefault(p => Same(p.Name, name)) is { } preset) return preset.Build(preset.Name, preset.Sample);
        if (ReferenceNetworks.All.FirstOrDefault(n => Same(n.Name, name)) is { } network)
            return new RunConfig(network.Name, network.Name, network.UNet, network.Mlp, Batch: network.Batch, Optimizer: new AdamOptions(Rate: 1e-3, WeightDecay: 0.01, ClipNorm: 1));
        if (File.Exists(name)) return ConfigJson.ReadFile(name);
        return new RunFolder(name).Exists ? new RunFolder(name).ReadConfig() : null;
    }
}
