namespace DiffusionSharp.Networks;

/// <content>What diffusers and a file call by one word: the members of the groups, for those who read or change one.</content>
public sealed partial record UNet2DOptions
{
    /// <summary>Side of the pictures it is meant for (<c>sample_size</c>); any side the levels divide is accepted.</summary>
    public int? SampleSize
    {
        get => Pictures.Size;
        init => Pictures = Pictures with { Size = value };
    }

    /// <summary>Channels of the input (<c>in_channels</c>).</summary>
    public int InChannels
    {
        get => Pictures.InChannels;
        init => Pictures = Pictures with { InChannels = value };
    }

    /// <summary>Channels of the output (<c>out_channels</c>).</summary>
    public int OutChannels
    {
        get => Pictures.OutChannels;
        init => Pictures = Pictures with { OutChannels = value };
    }

    /// <summary>Whether x is in [0, 1] and becomes 2x − 1 (<c>center_input_sample</c>).</summary>
    public bool CenterInput
    {
        get => Pictures.CenterInput;
        init => Pictures = Pictures with { CenterInput = value };
    }

    /// <summary>
    /// How time is seen (<c>time_embedding_type</c>); with <see cref="TimeEmbeddingKind.Fourier"/> and <see cref="TimeEmbeddingKind.None"/> it is σ
    /// and divides the output.
    /// </summary>
    public TimeEmbeddingKind TimeEmbedding
    {
        get => Time.Embedding;
        init => Time = Time with { Embedding = value };
    }

    /// <summary>Width of the embedding, of time and of classes (<c>time_embedding_dim</c>); null: four times the first width.</summary>
    public int? TimeEmbeddingWidth
    {
        get => Time.Width;
        init => Time = Time with { Width = value };
    }

    /// <summary>Taken from half of the features in the frequencies' exponent (<c>freq_shift</c>); of the positional embedding alone.</summary>
    public double FrequencyShift
    {
        get => Time.FrequencyShift;
        init => Time = Time with { FrequencyShift = value };
    }

    /// <summary>
    /// Whether cosines come before sines in the positional embedding (<c>flip_sin_to_cos</c>); the Fourier embedding has sines first whatever this
    /// says, as in diffusers.
    /// </summary>
    public bool CosineFirst
    {
        get => Time.CosineFirst;
        init => Time = Time with { CosineFirst = value };
    }

    /// <summary>One for each level, finest first (<c>down_block_types</c>); null: plain, then attention three times.</summary>
    public IReadOnlyList<BlockKind>? DownBlocks
    {
        get => Levels.DownBlocks;
        init => Levels = Levels with { DownBlocks = value };
    }

    /// <summary>Whether the middle has attention (<c>add_attention</c>).</summary>
    public bool MidAttention
    {
        get => Middle.Attention;
        init => Middle = Middle with { Attention = value };
    }

    /// <summary>One for each level, coarsest first (<c>up_block_types</c>); null: attention three times, then plain.</summary>
    public IReadOnlyList<BlockKind>? UpBlocks
    {
        get => Levels.UpBlocks;
        init => Levels = Levels with { UpBlocks = value };
    }

    /// <summary>Width of each level, finest first (<c>block_out_channels</c>); null: 224, 448, 672, 896.</summary>
    public IReadOnlyList<int>? Channels
    {
        get => Levels.Channels;
        init => Levels = Levels with { Channels = value };
    }

    /// <summary>Residual blocks of a level on the way down, one more on the way up (<c>layers_per_block</c>).</summary>
    public int LayersPerBlock
    {
        get => Levels.LayersPerBlock;
        init => Levels = Levels with { LayersPerBlock = value };
    }

    /// <summary>What the sums of the middle are divided by (<c>mid_block_scale_factor</c>).</summary>
    public double MidScale
    {
        get => Middle.Scale;
        init => Middle = Middle with { Scale = value };
    }

    /// <summary>
    /// Zeros around a picture before a convolution of stride 2 (<c>downsample_padding</c>): 1 on all sides, or 0 for one row below and one column to
    /// the right.
    /// </summary>
    public int DownsamplePadding
    {
        get => Levels.DownsamplePadding;
        init => Levels = Levels with { DownsamplePadding = value };
    }

    /// <summary>How levels without pictures shrink (<c>downsample_type</c>; <see cref="ResamplingKind.Fir"/> has no word there).</summary>
    public ResamplingKind Downsampling
    {
        get => Levels.Downsampling;
        init => Levels = Levels with { Downsampling = value };
    }

    /// <summary>How levels without pictures grow (<c>upsample_type</c>; the same).</summary>
    public ResamplingKind Upsampling
    {
        get => Levels.Upsampling;
        init => Levels = Levels with { Upsampling = value };
    }

    /// <summary>Chance that a value before the second convolution of a residual block is dropped in training (<c>dropout</c>).</summary>
    public double Dropout
    {
        get => Blocks.Dropout;
        init => Blocks = Blocks with { Dropout = value };
    }

    /// <summary>Channels of an attention head (<c>attention_head_dim</c>); null: one head of the full width.</summary>
    public int? HeadWidth
    {
        get => Blocks.HeadWidth;
        init => Blocks = Blocks with { HeadWidth = value };
    }

    /// <summary>
    /// Groups of every norm (<c>norm_num_groups</c>); null: a quarter of the channels, at most 32, which blocks with pictures have in any case.
    /// </summary>
    public int? NormGroups
    {
        get => Blocks.NormGroups;
        init => Blocks = Blocks with { NormGroups = value };
    }

    /// <summary>
    /// Groups of the norm before the middle's attention (<c>attn_norm_num_groups</c>); null: as the others, or no norm with <see cref="ScaleShift"/>.
    /// </summary>
    public int? MidNormGroups
    {
        get => Middle.NormGroups;
        init => Middle = Middle with { NormGroups = value };
    }

    /// <summary>Added to variances (<c>norm_eps</c>).</summary>
    public double NormEpsilon
    {
        get => Blocks.NormEpsilon;
        init => Blocks = Blocks with { NormEpsilon = value };
    }

    /// <summary>Whether time scales and shifts the second norm instead of adding before it (<c>resnet_time_scale_shift</c>).</summary>
    public bool ScaleShift
    {
        get => Time.ScaleShift;
        init => Time = Time with { ScaleShift = value };
    }

    /// <summary>
    /// What every sum of a residual block or an attention is divided by, the middle's aside, which have <see cref="MidScale"/>; √2 keeps variances
    /// from growing with depth (skip rescaling, Song et al. 2021, arXiv:2011.13456, appendix H). Blocks with pictures always take √2. diffusers has
    /// no key for it: a network with another value than 1 cannot be written for it.
    /// </summary>
    public double ResidualScale
    {
        get => Blocks.ResidualScale;
        init => Blocks = Blocks with { ResidualScale = value };
    }
}
