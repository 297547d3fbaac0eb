namespace DiffusionSharp.Networks.Optimization;

/// <summary>How the learning rate moves after its warm-up.</summary>
public enum RateCurve
{
    /// <summary>It stays.</summary>
    Constant,

    /// <summary>On a straight line to 0.</summary>
    Linear,

    /// <summary>On half a wave of the cosine to 0.</summary>
    Cosine,

    /// <summary>On half waves of the cosine to 0, each from the full rate again.</summary>
    CosineWithRestarts,

    /// <summary>On a power of the steps left, to a last rate.</summary>
    Polynomial,
}
