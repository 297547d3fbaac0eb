namespace DiffusionSharp.Graphs.Operations;

/// <summary>What an element-wise operation, or one instruction of a fused chain, does to each element.</summary>
public enum ElementwiseCode
{
    /// <summary>left + right.</summary>
    Add,

    /// <summary>left − right.</summary>
    Subtract,

    /// <summary>left · right.</summary>
    Multiply,

    /// <summary>left / right.</summary>
    Divide,

    /// <summary>The larger; NaN if either is.</summary>
    Maximum,

    /// <summary>The smaller; NaN if either is.</summary>
    Minimum,

    /// <summary>1 if left &gt; right, else 0.</summary>
    Greater,

    /// <summary>1 if left = right, else 0.</summary>
    Equal,

    /// <summary>−left.</summary>
    Negate,

    /// <summary>e^left.</summary>
    Exp,

    /// <summary>Natural logarithm.</summary>
    Log,

    /// <summary>√left.</summary>
    Sqrt,

    /// <summary>1 / √left.</summary>
    Rsqrt,

    /// <summary>left².</summary>
    Square,

    /// <summary>1 / left.</summary>
    Reciprocal,

    /// <summary>|left|.</summary>
    Abs,

    /// <summary>−1, 0 or 1; NaN of NaN.</summary>
    Sign,

    /// <summary>Sine of radians.</summary>
    Sin,

    /// <summary>Cosine of radians.</summary>
    Cos,

    /// <summary>Hyperbolic tangent.</summary>
    Tanh,

    /// <summary>σ(left) = 1 / (1 + e^−left).</summary>
    Sigmoid,

    /// <summary>left · σ(left).</summary>
    Silu,

    /// <summary>right · σ(left)(1 + left(1 − σ(left))): left is the input of SiLU, right the gradient of its output.</summary>
    SiluGradient,

    /// <summary>max(left, 0).</summary>
    Relu,

    /// <summary>Error function.</summary>
    Erf,

    /// <summary>ln(1 + e^left).</summary>
    Softplus,

    /// <summary>left to the power right.</summary>
    Pow,
}
