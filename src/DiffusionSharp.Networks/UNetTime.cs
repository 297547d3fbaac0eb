namespace DiffusionSharp.Networks;

/// <summary>How a <see cref="UNet2D"/> sees time.</summary>
/// <param name="Embedding">
/// How time is seen (<c>time_embedding_type</c>); with <see cref="TimeEmbeddingKind.Fourier"/> and <see cref="TimeEmbeddingKind.None"/> it is σ and
/// divides the output.
/// </param>
/// <param name="Width">Width of the embedding, of time and of classes (<c>time_embedding_dim</c>); null: four times the first width.</param>
/// <param name="FrequencyShift">Taken from half of the features in the frequencies' exponent (<c>freq_shift</c>); of the positional embedding alone.</param>
/// <param name="CosineFirst">
/// Whether cosines come before sines in the positional embedding (<c>flip_sin_to_cos</c>); the Fourier embedding has sines first whatever this says,
/// as in diffusers.
/// </param>
/// <param name="ScaleShift">Whether time scales and shifts the second norm instead of adding before it (<c>resnet_time_scale_shift</c>).</param>
public sealed record UNetTime(
    TimeEmbeddingKind Embedding = TimeEmbeddingKind.Positional,
    int? Width = null,
    double FrequencyShift = 0,
    bool CosineFirst = true,
    bool ScaleShift = false);
