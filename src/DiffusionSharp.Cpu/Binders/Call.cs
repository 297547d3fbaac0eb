using DiffusionSharp.Graphs.Execution;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Cpu.Binders;

/// <summary>What an operation is to be computed on, before it has a place: all that its workspace, its packing and its method depend on.</summary>
/// <param name="Inputs">Shapes of the operands.</param>
/// <param name="Output">Shape of the result.</param>
/// <param name="Precision">What may be traded for speed.</param>
internal readonly record struct Call(IReadOnlyList<Shape> Inputs, Shape Output, Precision Precision);
