using System.Text.Json.Serialization;
using DiffusionSharp.Networks.Layers;

namespace DiffusionSharp.Networks;

/// <summary>The shape of a <see cref="UNet2D"/>; defaults and meaning are those of diffusers' <c>UNet2DModel</c>, whose key each option names.</summary>
/// <param name="SampleSize">Side of the pictures it is meant for (<c>sample_size</c>); any side the levels divide is accepted.</param>
/// <param name="InChannels">Channels of the input (<c>in_channels</c>).</param>
/// <param name="OutChannels">Channels of the output (<c>out_channels</c>).</param>
/// <param name="CenterInput">Whether x is in [0, 1] and becomes 2x − 1 (<c>center_input_sample</c>).</param>
/// <param name="TimeEmbedding">How time is seen (<c>time_embedding_type</c>); with <see cref="TimeEmbeddingKind.Fourier"/> and <see cref="TimeEmbeddingKind.None"/> it is σ and divides the output.</param>
/// <param name="TimeEmbeddingWidth">Width of the embedding, of time and of classes (<c>time_embedding_dim</c>); null: four times the first width.</param>
/// <param name="FrequencyShift">Taken from half of the features in the frequencies' exponent (<c>freq_shift</c>); of the positional embedding alone.</param>
/// <param name="CosineFirst">Whether cosines come before sines in the positional embedding (<c>flip_sin_to_cos</c>); the Fourier embedding has sines first whatever this says, as in diffusers.</param>
/// <param name="DownBlocks">One for each level, finest first (<c>down_block_types</c>); null: plain, then attention three times.</param>
/// <param name="MidAttention">Whether the middle has attention (<c>add_attention</c>).</param>
/// <param name="UpBlocks">One for each level, coarsest first (<c>up_block_types</c>); null: attention three times, then plain.</param>
/// <param name="Channels">Width of each level, finest first (<c>block_out_channels</c>); null: 224, 448, 672, 896.</param>
/// <param name="LayersPerBlock">Residual blocks of a level on the way down, one more on the way up (<c>layers_per_block</c>).</param>
/// <param name="MidScale">What the sums of the middle are divided by (<c>mid_block_scale_factor</c>).</param>
/// <param name="DownsamplePadding">Zeros around a picture before a convolution of stride 2 (<c>downsample_padding</c>): 1 on all sides, or 0 for one row below and one column to the right.</param>
/// <param name="Downsampling">How levels without pictures shrink (<c>downsample_type</c>; <see cref="ResamplingKind.Fir"/> has no word there).</param>
/// <param name="Upsampling">How levels without pictures grow (<c>upsample_type</c>; the same).</param>
/// <param name="Dropout">Chance that a value before the second convolution of a residual block is dropped in training (<c>dropout</c>).</param>
/// <param name="HeadWidth">Channels of an attention head (<c>attention_head_dim</c>); null: one head of the full width.</param>
/// <param name="NormGroups">Groups of every norm (<c>norm_num_groups</c>); null: a quarter of the channels, at most 32, which blocks with pictures have in any case.</param>
/// <param name="MidNormGroups">Groups of the norm before the middle's attention (<c>attn_norm_num_groups</c>); null: as the others, or no norm with <paramref name="ScaleShift"/>.</param>
/// <param name="NormEpsilon">Added to variances (<c>norm_eps</c>).</param>
/// <param name="ScaleShift">Whether time scales and shifts the second norm instead of adding before it (<c>resnet_time_scale_shift</c>).</param>
/// <param name="Classes">Number of labels (<c>num_class_embeds</c>); null: none.</param>
/// <param name="Initialization">How the weights begin.</param>
/// <param name="ResidualScale">
/// What every sum of a residual block or an attention is divided by, the middle's aside, which have <paramref name="MidScale"/>; √2 keeps
/// variances from growing with depth (skip rescaling, Song et al. 2021, arXiv:2011.13456, appendix H). Blocks with pictures always take √2. diffusers has no key for it: a network
/// with another value than 1 cannot be written for it.
/// </param>
/// <remarks>Network: Ho et al. 2020, arXiv:2006.11239, appendix B; blocks with pictures: Song et al. 2021, arXiv:2011.13456, appendix H. <see cref="Validate"/> names the first option that cannot be.</remarks>
public sealed record UNet2DOptions(
    int? SampleSize = null,
    int InChannels = 3,
    int OutChannels = 3,
    bool CenterInput = false,
    TimeEmbeddingKind TimeEmbedding = TimeEmbeddingKind.Positional,
    int? TimeEmbeddingWidth = null,
    double FrequencyShift = 0,
    bool CosineFirst = true,
    IReadOnlyList<BlockKind>? DownBlocks = null,
    bool MidAttention = true,
    IReadOnlyList<BlockKind>? UpBlocks = null,
    IReadOnlyList<int>? Channels = null,
    int LayersPerBlock = 2,
    double MidScale = 1,
    int DownsamplePadding = 1,
    ResamplingKind Downsampling = ResamplingKind.Convolution,
    ResamplingKind Upsampling = ResamplingKind.Convolution,
    double Dropout = 0,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] int? HeadWidth = 8, // null is not the default here: files must say it
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] int? NormGroups = 32, // the same
    int? MidNormGroups = null,
    double NormEpsilon = 1e-5,
    bool ScaleShift = false,
    int? Classes = null,
    InitializationScheme Initialization = InitializationScheme.PyTorch,
    double ResidualScale = 1)
{
    internal IReadOnlyList<int> Widths => Channels ?? [224, 448, 672, 896];

    internal IReadOnlyList<BlockKind> Down => DownBlocks ?? [BlockKind.Plain, BlockKind.Attention, BlockKind.Attention, BlockKind.Attention];

    internal IReadOnlyList<BlockKind> Up => UpBlocks ?? [BlockKind.Attention, BlockKind.Attention, BlockKind.Attention, BlockKind.Plain];

    /// <summary>Whether the time input is σ and the output is divided by it, so that a network of steady size gives scores of every level.</summary>
    [JsonIgnore]
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
        Require(Down.Count == Widths.Count && Up.Count == Widths.Count, $"DownBlocks has {Down.Count} levels, UpBlocks {Up.Count} and Channels {Widths.Count}; all must agree");
        Require(InChannels >= 1 && OutChannels >= 1, $"InChannels {InChannels} and OutChannels {OutChannels} must be at least 1");
        Require(LayersPerBlock >= 1, $"LayersPerBlock is {LayersPerBlock}, at least 1 was expected");
        foreach (var width in Widths) Require(width >= 1, $"Channels has a width of {width}, at least 1 was expected");
        CheckGroups();
        Require(MidNormGroups is not { } g || (g >= 1 && Widths[^1] % g == 0), $"MidNormGroups {MidNormGroups} does not divide the {Widths[^1]} channels of the middle");
        Require(NormEpsilon is >= 0 and < double.PositiveInfinity, $"NormEpsilon is {Number(NormEpsilon)}, a finite number of at least 0 was expected");
        Require(Dropout is >= 0 and < 1, $"Dropout is {Number(Dropout)}, a number in [0, 1) was expected");
        Require(MidScale is > 0 and < double.PositiveInfinity, $"MidScale is {Number(MidScale)}, a finite number above 0 was expected");
        Require(ResidualScale is > 0 and < double.PositiveInfinity, $"ResidualScale is {Number(ResidualScale)}, a finite number above 0 was expected");
        Require(DownsamplePadding is 0 or 1, $"DownsamplePadding is {DownsamplePadding}, 0 or 1 was expected");
        Require(Classes is null or >= 1, $"Classes is {Classes}, at least 1 or null was expected");
        Require(TimeEmbeddingWidth is null or >= 1, $"TimeEmbeddingWidth is {TimeEmbeddingWidth}, at least 1 or null was expected");
        Require(double.IsFinite(FrequencyShift) && FrequencyShift < Widths[0] / 2, $"FrequencyShift is {Number(FrequencyShift)}, a number below the {Widths[0] / 2} frequencies of {Widths[0]} channels was expected");
        Require(SampleSize is not { } side || (side >= 1 && side % SideMultiple == 0), $"SampleSize {SampleSize} is not a multiple of {SideMultiple}, which {Widths.Count} levels need");
        CheckHeads();
    }

    private void CheckKinds()
    {
        foreach (var kind in Down.Concat(Up)) Require(Enum.IsDefined(kind), $"a block of kind {kind} came, {BlockKind.Plain}, {BlockKind.Attention}, {BlockKind.Skip} or {BlockKind.AttentionSkip} was expected");
        if (TimeEmbedding is not (TimeEmbeddingKind.Positional or TimeEmbeddingKind.Fourier or TimeEmbeddingKind.None))
            throw new NotSupportedException($"UNet2D: the time embedding {TimeEmbedding} is not supported; {TimeEmbeddingKind.Positional}, {TimeEmbeddingKind.Fourier} and {TimeEmbeddingKind.None} are.");
        Require(TimeEmbedding == TimeEmbeddingKind.Positional || FrequencyShift == 0, $"FrequencyShift {Number(FrequencyShift)} belongs to the {TimeEmbeddingKind.Positional} time embedding, not to {TimeEmbedding}; leave it out");
        if (TimeEmbedding == TimeEmbeddingKind.None)
        {
            Require(Classes is not null || TimeEmbeddingWidth is null, "TimeEmbeddingWidth without a time embedding is the width of the classes' alone; set Classes or leave it out");
            Require(Classes is not null || !ScaleShift, "ScaleShift has neither time nor class to scale by; set Classes, a time embedding, or leave it out");
        }

        Require(Enum.IsDefined(Downsampling) && Enum.IsDefined(Upsampling), $"Downsampling {Downsampling} and Upsampling {Upsampling} must be {ResamplingKind.Convolution}, {ResamplingKind.Resnet} or {ResamplingKind.Fir}");
        Require(Enum.IsDefined(Initialization), $"Initialization {Initialization} must be {InitializationScheme.PyTorch} or {InitializationScheme.Ddpm}");
    }

    // A quarter of the channels, at most 32, must divide every width and every sum of two that a skip joins.
    private void CheckGroups()
    {
        Require(NormGroups is null or >= 1, $"NormGroups is {NormGroups}, at least 1 or null was expected");
        var quarters = NormGroups is null || Down.Concat(Up).Any(k => k is BlockKind.Skip or BlockKind.AttentionSkip);
        foreach (var width in Widths)
        {
            Require(NormGroups is not { } groups || width % groups == 0, $"{width} channels are not a multiple of {NormGroups} norm groups; change Channels or NormGroups");
            Require(!quarters || width % 32 == 0 || (width % 4 == 0 && Widths.Max() <= 64), $"{width} channels do not split into norm groups by the rule min(C/4, 32), which skip blocks and NormGroups null follow; take multiples of 32, or of 4 where none is above 64");
        }
    }

    private void CheckHeads()
    {
        if (HeadWidth is not { } head) return;
        Require(head >= 1, $"HeadWidth is {head}, at least 1 or null was expected");
        for (var level = 0; level < Widths.Count; level++)
        {
            var attends = Attends(Down[level]) || Attends(Up[^(level + 1)]) || (MidAttention && level == Widths.Count - 1);
            Require(!attends || Widths[level] % head == 0, $"{Widths[level]} channels are not a multiple of the HeadWidth {head}; change it or give null for one head");
        }
    }

    private static bool Attends(BlockKind kind) => kind is BlockKind.Attention or BlockKind.AttentionSkip;

    private static string Number(double value) => value.ToString(System.Globalization.CultureInfo.InvariantCulture);

    private static void Require(bool holds, string problem)
    {
        if (!holds) throw new ArgumentException($"UNet2D: {problem}.");
    }
}
