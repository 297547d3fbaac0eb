namespace DiffusionSharp;

/// <summary>Which part of a data set that comes in two.</summary>
public enum DataSplit
{
    /// <summary>The part to learn from.</summary>
    Train,

    /// <summary>The part held back.</summary>
    Test,
}
