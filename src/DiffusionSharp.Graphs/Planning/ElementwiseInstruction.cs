using DiffusionSharp.Graphs.Operations;

namespace DiffusionSharp.Graphs.Planning;

/// <summary>One step of a fused element-wise expression.</summary>
/// <param name="Code">The operation.</param>
/// <param name="Left">
/// Operand: below the number of inputs, that input; number of inputs + i, the result of instruction i; −1, <paramref name="Constant"/>.
/// </param>
/// <param name="Right">The second operand, likewise; unary operations ignore it.</param>
/// <param name="Constant">The number that operand −1 stands for.</param>
public readonly record struct ElementwiseInstruction(ElementwiseCode Code, int Left, int Right, float Constant);
