namespace DiffusionSharp.Samplers;

/// <summary>What published multistep code does otherwise than its theory asks, for those who must reproduce its samples.</summary>
/// <remarks>Each costs the third order; <see cref="FirstOrderEnd"/> and <see cref="LoweredEnd"/> cost accuracy of the last steps alone.</remarks>
[Flags]
internal enum DpmSolverCompatibility
{
    /// <summary>The method as its order of accuracy demands.</summary>
    None = 0,

    /// <summary>Order 3 begins with a step of order 1, whose error is as large as that of all others of order 2 together.</summary>
    FirstOrderStart = 1,

    /// <summary>The curvature counts half: the second divided difference stands where twice it belongs, which leaves order 2.</summary>
    HalvedCurvature = 2,

    /// <summary>The last step is of order 1 although it ends above σ = 0.</summary>
    FirstOrderEnd = 4,

    /// <summary>The last step is of order 1 and the one before of order 2 at most: what other tools do below 15 steps.</summary>
    LoweredEnd = 8,

    /// <summary>Published order 3: <see cref="FirstOrderStart"/> and <see cref="HalvedCurvature"/>.</summary>
    Published = FirstOrderStart | HalvedCurvature,
}
