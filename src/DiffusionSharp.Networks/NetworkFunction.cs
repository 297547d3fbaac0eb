using DiffusionSharp.Graphs;

namespace DiffusionSharp.Networks;

/// <summary>A network written as a function: it makes its layers' nodes and parameters in the graph that it is given.</summary>
/// <param name="inputs">What a network sees.</param>
/// <returns>The prediction, in the shape of <see cref="NetworkInputs.X"/>.</returns>
/// <remarks>
/// It is asked again for each program that is compiled, and must make the same parameters, of the same names, each time. Batches are of any
/// size: a sample's result must depend on that sample alone.
/// <code>
/// NetworkFunction network = inputs =>
/// {
///     var layers = new LayerBuilder(inputs.Graph);
///     var time = layers.Linear("time", Op.SinusoidalFeatures(inputs.T, 64), 128);
///     var h = Op.Silu(layers.Linear("input", inputs.X, 128) + time);
///     return layers.Linear("output", h, inputs.X.Shape[^1]);
/// };
/// </code>
/// </remarks>
public delegate Node NetworkFunction(NetworkInputs inputs);

/// <summary>What a network sees.</summary>
/// <param name="Graph">Where its nodes and parameters are made.</param>
/// <param name="X">Noisy samples, [N, …]: [N, D] vectors, [N, H, W, C] pictures.</param>
/// <param name="T">The time of each sample, [N], as the schedule tells it to networks: the trained timestep where there are trained levels.</param>
/// <param name="Labels">The class of each sample, [N] whole numbers from 0, the number of classes for "no class"; null where the model has no classes.</param>
/// <param name="Training">Whether dropout is active.</param>
public sealed record NetworkInputs(Graph Graph, Node X, Node T, Node? Labels, bool Training);
