namespace DiffusionSharp.Cpu.Kernels;

/// <summary>How the pixels of a weight gradient are cut: bands of output rows, runs of bands that share a partial sum, and groups of results.</summary>
/// <remarks>Everything follows from the shape, so the order of summation does too.</remarks>
internal readonly struct WeightGradientPlan
{
    // A band is one run of the micro-kernel: long enough to repay its start, short enough that both its operands stay in the cache.
    private const int PixelsPerBand = MicroKernel.DepthBlock;
    private const int MostChunks = 16;
    private const int WantedTasks = 32;
    private const long PartialFloats = 4L << 20;

    public WeightGradientPlan(in ConvGeometry g)
    {
        Gathers = g.InChannels < LineRows.ChannelLimit && g.KernelHeight * g.KernelWidth > 1;
        Taps = Gathers ? 1 : g.KernelHeight * g.KernelWidth;
        Narrow = !Gathers && g.OutChannels <= NarrowKernel.MaxColumns && g.InChannels % MicroKernel.Lanes == 0;
        Panels = PanelMatrix.PanelCount(Narrow ? g.InChannels : g.OutChannels);
        var picture = (long)g.OutHeight * g.OutWidth;
        PicturesPerBand = (int)Math.Clamp(PixelsPerBand / picture, 1, g.Batch);
        RowsPerBand = Math.Clamp(PixelsPerBand / g.OutWidth, 1, g.OutHeight);
        BandsPerPicture = ((g.OutHeight - 1) / RowsPerBand) + 1;
        Bands = PicturesPerBand > 1 ? ((g.Batch - 1) / PicturesPerBand) + 1 : checked(g.Batch * BandsPerPicture);
        var affordable = Math.Clamp(PartialFloats / g.WeightLength, 1, MostChunks);
        var chunks = (int)Math.Min(affordable, Bands);
        BandsPerChunk = ((Bands - 1) / chunks) + 1;
        Chunks = ((Bands - 1) / BandsPerChunk) + 1;
        var groups = Math.Min(Taps * Panels, ((WantedTasks - 1) / Chunks) + 1);
        UnitsPerGroup = ((Taps * Panels) - 1) / groups + 1;
        Groups = (((Taps * Panels) - 1) / UnitsPerGroup) + 1;
    }

    /// <summary>Whether windows are copied side by side (few channels) rather than read tap by tap.</summary>
    public bool Gathers { get; }

    /// <summary>Whether the few output channels are the rows of the product and the input channels its columns.</summary>
    public bool Narrow { get; }

    /// <summary>Taps walked one at a time; 1 when gathering.</summary>
    public int Taps { get; }

    public int Panels { get; }

    public int PicturesPerBand { get; }

    public int RowsPerBand { get; }

    public int BandsPerPicture { get; }

    public int Bands { get; }

    public int BandsPerChunk { get; }

    /// <summary>Partial sums, each over its own run of bands.</summary>
    public int Chunks { get; }

    /// <summary>A unit is one tap of one panel of columns; a group of units is the share of a task.</summary>
    public int UnitsPerGroup { get; }

    public int Groups { get; }
}
