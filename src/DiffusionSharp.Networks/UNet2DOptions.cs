using DiffusionSharp.Networks.Layers;

namespace DiffusionSharp.Networks;

/// <summary>The shape of a <see cref="UNet2D"/>; defaults and meaning are those of diffusers' <c>UNet2DModel</c>, whose key each option names.</summary>
/// <remarks>
/// Network: Ho et al. 2020, arXiv:2006.11239, appendix B; blocks with pictures: Song et al. 2021, arXiv:2011.13456, appendix H.
/// <see cref="Validate"/> names the first option that cannot be. Options are grouped by what belongs together, and each can be read and changed
/// by its own name too.
/// </remarks>
public sealed partial record UNet2DOptions
{
    /// <summary>The pictures that the network takes and gives.</summary>
    public UNetPictures Pictures { get; init; } = new();

    /// <summary>The levels of the network, each of half the side of the one above.</summary>
    public UNetLevels Levels { get; init; } = new();

    /// <summary>How the network sees time.</summary>
    public UNetTime Time { get; init; } = new();

    /// <summary>What the blocks of the network are made of.</summary>
    public UNetBlocks Blocks { get; init; } = new();

    /// <summary>The middle of the network, below its lowest level.</summary>
    public UNetMiddle Middle { get; init; } = new();

    /// <summary>Number of labels (<c>num_class_embeds</c>); null: none.</summary>
    public int? Classes { get; init; }

    /// <summary>How the weights begin.</summary>
    public InitializationScheme Initialization { get; init; } = InitializationScheme.PyTorch;

    internal IReadOnlyList<int> Widths => Channels ?? [224, 448, 672, 896];

    internal IReadOnlyList<BlockKind> Down => DownBlocks ?? [BlockKind.Plain, BlockKind.Attention, BlockKind.Attention, BlockKind.Attention];

    internal IReadOnlyList<BlockKind> Up => UpBlocks ?? [BlockKind.Attention, BlockKind.Attention, BlockKind.Attention, BlockKind.Plain];

    /// <summary>Whether the time input is σ and the output is divided by it, so that a network of steady size gives scores of every level.</summary>
    public bool DividesByTime => TimeEmbedding is TimeEmbeddingKind.Fourier or TimeEmbeddingKind.None;

    internal int TimeWidth => TimeEmbeddingWidth ?? 4 * Widths[0];

    /// <summary>The sides of pictures are multiples of this: 2 to the number of levels less one.</summary>
    internal int SideMultiple => 1 << (Widths.Count - 1);

    internal int Groups(int channels) => NormGroups ?? NormGroupCount.Quarter(channels);

    /// <summary>Checks that a network of these options can be built.</summary>
    /// <exception cref="ArgumentException">An option is out of range or does not fit another; the message names both.</exception>
    /// <exception cref="NotSupportedException">The options ask for a time embedding that is not supported.</exception>
    public void Validate()
    {
        CheckKinds();
        Require(Widths.Count is >= 1 and <= 16, $"Channels has {Widths.Count} levels, 1 to 16 were expected");
        Require(
            Down.Count == Widths.Count && Up.Count == Widths.Count,
            $"DownBlocks has {Down.Count} levels, UpBlocks {Up.Count} and Channels {Widths.Count}; all must agree");
        Require(InChannels >= 1 && OutChannels >= 1, $"InChannels {InChannels} and OutChannels {OutChannels} must be at least 1");
        Require(LayersPerBlock >= 1, $"LayersPerBlock is {LayersPerBlock}, at least 1 was expected");
        foreach (var width in Widths) Require(width >= 1, $"Channels has a width of {width}, at least 1 was expected");
        CheckGroups();
        Require(
            MidNormGroups is not { } g || (g >= 1 && Widths[^1] % g == 0),
            $"MidNormGroups {MidNormGroups} does not divide the {Widths[^1]} channels of the middle");
        Require(NormEpsilon is >= 0 and < double.PositiveInfinity, $"NormEpsilon is {Number(NormEpsilon)}, a finite number of at least 0 was expected");
        Require(Dropout is >= 0 and < 1, $"Dropout is {Number(Dropout)}, a number in [0, 1) was expected");
        Require(MidScale is > 0 and < double.PositiveInfinity, $"MidScale is {Number(MidScale)}, a finite number above 0 was expected");
        Require(ResidualScale is > 0 and < double.PositiveInfinity, $"ResidualScale is {Number(ResidualScale)}, a finite number above 0 was expected");
        Require(DownsamplePadding is 0 or 1, $"DownsamplePadding is {DownsamplePadding}, 0 or 1 was expected");
        Require(Classes is null or >= 1, $"Classes is {Classes}, at least 1 or null was expected");
        Require(TimeEmbeddingWidth is null or >= 1, $"TimeEmbeddingWidth is {TimeEmbeddingWidth}, at least 1 or null was expected");
        Require(
            double.IsFinite(FrequencyShift) && FrequencyShift < Widths[0] / 2,
            $"FrequencyShift is {Number(FrequencyShift)}, a number below the {Widths[0] / 2} frequencies of {Widths[0]} channels was expected");
        Require(
            SampleSize is not { } side || (side >= 1 && side % SideMultiple == 0),
            $"SampleSize {SampleSize} is not a multiple of {SideMultiple}, which {Widths.Count} levels need");
        CheckHeads();
    }

    private void CheckKinds()
    {
        foreach (var kind in Down.Concat(Up))
            Require(
                Enum.IsDefined(kind),
                $"a block of kind {kind} came, {BlockKind.Plain}, {BlockKind.Attention}, {BlockKind.Skip} or {BlockKind.AttentionSkip} was expected");
        if (TimeEmbedding is not (TimeEmbeddingKind.Positional or TimeEmbeddingKind.Fourier or TimeEmbeddingKind.None))
            throw new NotSupportedException(
                $"UNet2D: the time embedding {TimeEmbedding} is not supported; "
                + $"{TimeEmbeddingKind.Positional}, {TimeEmbeddingKind.Fourier} and {TimeEmbeddingKind.None} are.");
        Require(
            TimeEmbedding == TimeEmbeddingKind.Positional || FrequencyShift == 0,
            $"FrequencyShift {Number(FrequencyShift)} belongs to the {TimeEmbeddingKind.Positional} time embedding, "
            + $"not to {TimeEmbedding}; leave it out");
        if (TimeEmbedding == TimeEmbeddingKind.None)
        {
            Require(
                Classes is not null || TimeEmbeddingWidth is null,
                "TimeEmbeddingWidth without a time embedding is the width of the classes' alone; set Classes or leave it out");
            Require(Classes is not null || !ScaleShift, "ScaleShift has neither time nor class to scale by; set Classes, a time embedding, or leave it out");
        }

        Require(
            Enum.IsDefined(Downsampling) && Enum.IsDefined(Upsampling),
            $"Downsampling {Downsampling} and Upsampling {Upsampling} must be {ResamplingKind.Convolution}, "
            + $"{ResamplingKind.Resnet} or {ResamplingKind.Fir}");
        Require(Enum.IsDefined(Initialization), $"Initialization {Initialization} must be {InitializationScheme.PyTorch} or {InitializationScheme.Ddpm}");
    }

    // A quarter of the channels, at most 32, must divide every width and every sum of two that a skip joins.
    private void CheckGroups()
    {
        Require(NormGroups is null or >= 1, $"NormGroups is {NormGroups}, at least 1 or null was expected");
        var quarters = NormGroups is null || Down.Concat(Up).Any(k => k is BlockKind.Skip or BlockKind.AttentionSkip);
        foreach (var width in Widths)
        {
            Require(
                NormGroups is not { } groups || width % groups == 0,
                $"{width} channels are not a multiple of {NormGroups} norm groups; change Channels or NormGroups");
            Require(
                !quarters || width % 32 == 0 || (width % 4 == 0 && Widths.Max() <= 64),
                $"{width} channels do not split into norm groups by the rule min(C/4, 32), "
                + "which skip blocks and NormGroups null follow; take multiples of 32, or of 4 where none is above 64");
        }
    }

    private void CheckHeads()
    {
        if (HeadWidth is not { } head) return;
        Require(head >= 1, $"HeadWidth is {head}, at least 1 or null was expected");
        for (var level = 0; level < Widths.Count; level++)
        {
            var attends = Attends(Down[level]) || Attends(Up[^(level + 1)]) || (MidAttention && level == Widths.Count - 1);
            Require(
                !attends || Widths[level] % head == 0,
                $"{Widths[level]} channels are not a multiple of the HeadWidth {head}; change it or give null for one head");
        }
    }

    private static bool Attends(BlockKind kind) => kind is BlockKind.Attention or BlockKind.AttentionSkip;

    private static string Number(double value) => value.ToString(System.Globalization.CultureInfo.InvariantCulture);

    private static void Require(bool holds, string problem)
    {
        if (!holds) throw new ArgumentException($"UNet2D: {problem}.");
    }
}
