namespace DiffusionSharp.Schedules;

/// <summary>How a subset of T trained timesteps is chosen for sampling in S steps.</summary>
/// <remarks>The first three are compared by Lin et al. 2024, arXiv:2305.08891, table 2.</remarks>
public enum TimestepSpacing
{
    /// <summary>i·⌊T/S⌋ + offset: starts at the clean end and may stop short of T − 1.</summary>
    Leading,

    /// <summary>round(T − i·T/S) − 1: always starts at T − 1, the right choice for few steps.</summary>
    Trailing,

    /// <summary>S timesteps evenly spaced over 0 … T − 1, both ends included.</summary>
    Linspace,

    /// <summary>Squares of evenly spaced numbers, up to 0.8 T: more steps near the data, DDIM's choice for CIFAR-10.</summary>
    Quadratic,
}
