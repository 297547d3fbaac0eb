namespace DiffusionSharp.Networks;

/// <summary>The pictures that a <see cref="UNet2D"/> takes and gives.</summary>
/// <param name="Size">Side of the pictures it is meant for (<c>sample_size</c>); any side the levels divide is accepted.</param>
/// <param name="InChannels">Channels of the input (<c>in_channels</c>).</param>
/// <param name="OutChannels">Channels of the output (<c>out_channels</c>).</param>
/// <param name="CenterInput">Whether x is in [0, 1] and becomes 2x − 1 (<c>center_input_sample</c>).</param>
public sealed record UNetPictures(
    int? Size = null,
    int InChannels = 3,
    int OutChannels = 3,
    bool CenterInput = false);
