using DiffusionSharp.Graphs;
using DiffusionSharp.Graphs.Execution;
using DiffusionSharp.Networks;
using DiffusionSharp.Tensors;
using DiffusionSharp.Training.Recipes;

namespace DiffusionSharp.Training.Models;

/// <summary>The network of a configuration, for samples of one shape.</summary>
public sealed class NetworkBlueprint
{
    /// <summary>What to say where a run's network is a function and none is given.</summary>
    internal const string FunctionNeeded = "this run's network is a function of the program that trained it; "
        + "give it as Network, in TrainOptions to resume the run or in OpenOptions to open it.";

    private readonly RunConfig config;
    private readonly OwnNetwork? own;

    /// <summary>Fits a configuration's network to the data.</summary>
    /// <param name="config">Which network.</param>
    /// <param name="sampleShape">[H, W, C] for a U-Net, [D] for an MLP; the configured one for a network that is a function.</param>
    /// <exception cref="ArgumentException">The network does not take such samples; the message says what it takes.</exception>
    public NetworkBlueprint(RunConfig config, Shape sampleShape)
    {
        (this.config, SampleShape) = (config, sampleShape);
        if (config.UNet is not null && sampleShape != config.SampleShape())
            throw new ArgumentException($"The U-Net takes pictures of {config.SampleShape()}, the data has {sampleShape}.", nameof(sampleShape));
        if (config.Mlp is { } mlp && sampleShape != [mlp.Dimensions])
            throw new ArgumentException($"The MLP takes vectors of [{mlp.Dimensions}], the data has {sampleShape}.", nameof(sampleShape));
        if (config.OwnNetwork is null) return;
        if (sampleShape != config.SampleShape())
            throw new ArgumentException($"The network's function takes samples of {config.SampleShape()}, the data has {sampleShape}.", nameof(sampleShape));
        own = new OwnNetwork(config.Network ?? throw new ArgumentException($"ownNetwork: {FunctionNeeded}"), LearnsVariance);
    }

    /// <summary>The shape of one sample.</summary>
    public Shape SampleShape { get; }

    /// <summary>Whether the second half of the output's last axis is a variance.</summary>
    public bool LearnsVariance => config.LearnedVariance is not null;

    /// <summary>The classes it was trained with; null where it has none.</summary>
    public ConditioningConfig? Conditioning => config.Conditioning;

    /// <summary>What its kernels may trade for speed.</summary>
    public Precision Precision => config.Precision;

    /// <summary>Builds the network.</summary>
    /// <param name="graph">The graph that the nodes are added to.</param>
    /// <param name="x">Noisy samples, [N, …].</param>
    /// <param name="t">Time inputs, [N].</param>
    /// <param name="labels">Class of each sample, [N], the number of classes for none; null where the network has no classes.</param>
    /// <param name="training">Whether dropout is active.</param>
    /// <returns>The prediction, in the shape of <paramref name="x"/>; with twice the last axis where it learns a variance.</returns>
    /// <exception cref="ArgumentException">A network that is a function gives something else than a prediction; the message says what.</exception>
    public Node Build(Graph graph, Node x, Node t, Node? labels, bool training) => own is not null ? own.Build(new NetworkInputs(graph, x, t, labels, training))
        : config.UNet is { } unet ? UNet2D.Build(graph, unet with { Classes = Conditioning?.Rows() }, x, t, labels, training)
        : Mlp.Build(graph, config.Mlp! with { Classes = Conditioning?.Rows() }, x, t, labels);

    /// <summary>Builds the network on inputs <c>x</c>, <c>t</c> and, where it has classes, <c>labels</c>.</summary>
    /// <param name="graph">The graph that the nodes are added to.</param>
    /// <param name="batch">Samples at a time.</param>
    /// <param name="training">Whether dropout is active.</param>
    public Node Build(Graph graph, int batch, bool training) =>
        Build(graph, graph.Input("x", SampleShape.Prepend(batch)), graph.Input("t", [batch]), Labels(graph, batch), training);

    /// <summary>The input <c>labels</c>; null where the network has no classes.</summary>
    /// <param name="graph">The graph that the nodes are added to.</param>
    /// <param name="batch">Samples at a time.</param>
    public Node? Labels(Graph graph, int batch) => Conditioning is null ? null : graph.Input("labels", [batch]);

    /// <summary>The parameters' names and shapes.</summary>
    public ParameterLayout Layout()
    {
        var graph = new Graph();
        Build(graph, 1, training: false);
        return graph.Layout;
    }
}
