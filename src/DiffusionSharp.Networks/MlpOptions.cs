namespace DiffusionSharp.Networks;

/// <summary>The shape of an <see cref="Mlp"/>.</summary>
/// <param name="Dimensions">Numbers in a vector.</param>
/// <param name="Width">Values of a hidden layer.</param>
/// <param name="Layers">Hidden layers.</param>
/// <param name="TimeFeatures">Sines and cosines of time.</param>
/// <param name="Classes">Number of labels; null: none.</param>
/// <param name="Initialization">How the weights begin.</param>
/// <param name="Outputs">Numbers in a vector that it gives; null: <paramref name="Dimensions"/>.</param>
public sealed record MlpOptions(
    int Dimensions,
    int Width = 256,
    int Layers = 4,
    int TimeFeatures = 256,
    int? Classes = null,
    InitializationScheme Initialization = InitializationScheme.PyTorch,
    int? Outputs = null)
{
    /// <summary>Checks that a network of these options can be built.</summary>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public void Validate()
    {
        if (Dimensions < 1 || Width < 1 || Layers < 1)
            throw new ArgumentException($"Mlp: Dimensions {Dimensions}, Width {Width} and Layers {Layers} must be at least 1.");
        if (Outputs is < 1) throw new ArgumentException($"Mlp: Outputs is {Outputs}, at least 1 or null was expected.");
        if (TimeFeatures < 2) throw new ArgumentException($"Mlp: TimeFeatures is {TimeFeatures}, at least 2 was expected: one sine and one cosine.");
        if (Classes is < 1) throw new ArgumentException($"Mlp: Classes is {Classes}, at least 1 or null was expected.");
        if (!Enum.IsDefined(Initialization))
            throw new ArgumentException($"Mlp: Initialization {Initialization} must be {InitializationScheme.PyTorch} or {InitializationScheme.Ddpm}.");
    }
}
