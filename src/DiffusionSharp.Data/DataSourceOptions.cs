namespace DiffusionSharp;

/// <summary>What may be asked of a source when it is opened; null leaves it as it comes.</summary>
/// <param name="Size">Width and height of pictures: others are cropped to their middle square and resized. Digits are drawn at it.</param>
/// <param name="Channels">Channels of a folder's pictures: 1 grey, 3 RGB, 4 RGBA; others are converted.</param>
/// <param name="Count">How many samples of a generated source.</param>
/// <param name="Seed">Seed of a generated source; files do not depend on it.</param>
/// <param name="Split">Which part of a data set that comes in two.</param>
/// <param name="Labels">The labels of a .npy file: a .npy file of [N] integers from 0; other sources bring their own or have none.</param>
public sealed record DataSourceOptions(
    int? Size = null,
    int? Channels = null,
    int? Count = null,
    ulong Seed = 0,
    DataSplit Split = DataSplit.Train,
    string? Labels = null);
