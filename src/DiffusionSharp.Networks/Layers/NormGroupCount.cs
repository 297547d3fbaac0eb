namespace DiffusionSharp.Networks.Layers;

/// <summary>How many groups a norm has.</summary>
/// <remarks>
/// Blocks with a side branch of pictures take a quarter of the channels, at most 32, whatever the network's other norms have. diffusers
/// does so too, with two exceptions that are kept, since files depend on them: attention in such blocks always has 32, and so has, in
/// effect, the first norm of a residual block on the way up where there is attention: min(a + b/4, 32) over a channels of the layer and b of
/// the skip. Where the exception divides no channels, as below a width of 32, diffusers builds no such network; here the rule holds.
/// </remarks>
internal static class NormGroupCount
{
    private const int Most = 32;

    /// <summary>min(C/4, 32), at least 1: the rule of NCSN++.</summary>
    public static int Quarter(int channels) => Math.Max(1, Math.Min(channels / 4, Most));

    /// <summary>Groups before the attention of a block with pictures.</summary>
    public static int Attention(int channels) => channels % Most == 0 ? Most : Quarter(channels);

    /// <summary>Groups of the first norm on the way up, where a skip has joined, in a block with pictures and attention.</summary>
    public static int Joined(int layer, int skip)
    {
        var groups = Math.Min(layer + (skip / 4), Most);
        return (layer + skip) % groups == 0 ? groups : Quarter(layer + skip);
    }
}
