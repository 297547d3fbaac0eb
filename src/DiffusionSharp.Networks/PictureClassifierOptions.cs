namespace DiffusionSharp.Networks;

/// <summary>The shape of a <see cref="PictureClassifier"/>.</summary>
/// <param name="Classes">Number of labels, at least 2.</param>
/// <param name="Channels">Channels of a picture, at least 1.</param>
/// <param name="Width">Channels of the first convolution, a multiple of 8; each next one has twice as many.</param>
/// <param name="Blocks">Convolutions, each with half the height and width of the one before.</param>
/// <param name="Features">Numbers that stand for a picture before its class is decided.</param>
public sealed record PictureClassifierOptions(int Classes, int Channels, int Width = 32, int Blocks = 3, int Features = 64)
{
    /// <summary>Channels of one group of a norm.</summary>
    internal const int GroupWidth = 8;

    // 32 · 2⁷ channels are more than any picture here asks for.
    private const int MostBlocks = 8;

    /// <summary>Checks that a network of these options can be built.</summary>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public void Validate()
    {
        if (Classes < 2) throw new ArgumentException($"PictureClassifier: Classes is {Classes}, at least 2 were expected.");
        if (Channels < 1 || Features < 1) throw new ArgumentException($"PictureClassifier: Channels {Channels} and Features {Features} must be at least 1.");
        if (Width < GroupWidth || Width % GroupWidth != 0)
            throw new ArgumentException($"PictureClassifier: Width is {Width}, a multiple of {GroupWidth} was expected.");
        if (Blocks is < 1 or > MostBlocks) throw new ArgumentException($"PictureClassifier: Blocks is {Blocks}, 1 to {MostBlocks} were expected.");
    }
}
