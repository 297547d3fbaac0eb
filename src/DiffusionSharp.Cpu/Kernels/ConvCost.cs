namespace DiffusionSharp.Cpu.Kernels;

/// <summary>Which method computes a convolution faster: a model of both, with constants measured beforehand (<c>bench/NOTES.md</c>).</summary>
/// <remarks>
/// Never a timing at run time: the choice changes bits, and the same seed gives the same bytes. It looks at one picture, not at the batch,
/// since a sample's bytes must not depend on the samples beside it. Costs are cycles of a core that does one 16-lane multiply-add in each.
/// </remarks>
internal static class ConvCost
{
    // Shares of the multiply-add peak that the products reach.
    private const double DirectShare = 0.9;
    private const double WinogradShare = 0.8;

    // Cycles per tile and 16 channels, to transform input and to transform output; stores and cache misses bound both.
    private const double TileIn = 300;
    private const double TileOut = 300;

    // Cycles to transform 16 filters, most of them the way to memory and back, and the pictures that share the work: a small batch.
    private const double Filters = 500;
    private const double SharingPictures = 4;

    /// <summary>The faster of the methods that can compute it.</summary>
    public static ConvMethod Fastest(in ConvGeometry g)
    {
        if (!Convolution.AllowsWinograd(g)) return ConvMethod.Direct;
        var tiles = (double)WinogradTiles.Forward(g with { Batch = 1 }).Count;
        var pairs = g.InChannels * (double)g.OutChannels / 16;
        var direct = 9.0 * g.OutHeight * g.OutWidth * pairs / DirectShare;
        var winograd = (tiles * WinogradTransform.Points * pairs / WinogradShare)
            + (tiles * ((TileIn * g.InChannels) + (TileOut * g.OutChannels)) / 16)
            + (Filters * pairs / SharingPictures);
        return winograd < direct ? ConvMethod.Winograd : ConvMethod.Direct;
    }
}
