namespace DiffusionSharp.Samplers;

/// <summary>The coordinates in which the probability flow is stepped; every schedule has both.</summary>
/// <remarks>A method of first order is the same in either. Of two methods of second order neither is better everywhere.</remarks>
public enum FlowCoordinates
{
    /// <summary>y = x/α over s = σ/α, with the slope ε̂: those of Karras et al. 2022, arXiv:2206.00364.</summary>
    Ratio,

    /// <summary>x/(α + σ) over σ/(α + σ), with the slope ε̂ − D: the straight path of flow matching, finite at pure noise.</summary>
    Straight,
}
