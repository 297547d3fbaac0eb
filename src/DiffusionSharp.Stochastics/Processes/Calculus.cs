namespace DiffusionSharp.Stochastics.Processes;

/// <summary>How ∫ g dW is read: at the left end of each step, or at its middle.</summary>
public enum Calculus
{
    /// <summary>g at the left end: the integral is a martingale, and the chain rule has a second-order term.</summary>
    Ito,

    /// <summary>g at the middle: the ordinary chain rule; the same as Itô's with the drift f + ½ g ∂g/∂x.</summary>
    Stratonovich,
}
