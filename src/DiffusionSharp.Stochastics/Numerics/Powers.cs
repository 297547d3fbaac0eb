namespace DiffusionSharp.Stochastics.Numerics;

/// <summary>Powers that formulas are full of.</summary>
public static class Powers
{
    /// <summary>x², of an expression that is written once.</summary>
    /// <param name="x">Any number.</param>
    public static double Square(double x) => x * x;
}
