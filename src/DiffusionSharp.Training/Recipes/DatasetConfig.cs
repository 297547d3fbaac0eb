namespace DiffusionSharp.Training.Recipes;

/// <summary>What is trained on.</summary>
/// <param name="Source">The source, as on the command line.</param>
/// <param name="Flip">Whether pictures are mirrored left to right at random.</param>
/// <param name="Size">Pictures are resized and centre-cropped to this side; null keeps theirs.</param>
/// <param name="Channels">Pictures of a folder are converted to this many channels, 1 to 4; null keeps theirs, which must then agree.</param>
/// <param name="Conditioning">The classes that are trained, with how many labels dropped; null: the model is unconditional.</param>
public sealed record DatasetConfig(
    string Source,
    bool Flip = false,
    int? Size = null,
    int? Channels = null,
    ConditioningConfig? Conditioning = null);
