namespace DiffusionSharp.House.Tests;

/// <summary>What a type may hold for the comments of its parameters to be found.</summary>
/// <param name="Scale">Standard deviation in data units.</param>
public sealed record CommentSubject(double Scale) : IComparer<(int, double)?>
{
    /// <inheritdoc cref="Generic"/>
    public int this[int values] => (int)(Scale * values);

    /// <summary>Every shape that a parameter's type may have.</summary>
    /// <param name="values">Whole numbers.</param>
    /// <param name="by">.</param>
    public static int Generic<T>(ref readonly int[,] values, Dictionary<string, List<T[]>>.KeyCollection by)
        where T : struct => values.Length + by.Count;

    /// <summary>Nothing of its parameter.</summary>
    public void Bare(int step) => ArgumentOutOfRangeException.ThrowIfNotEqual(step, (int)Scale);

    /// <inheritdoc/>
    public int Compare((int, double)? x, (int, double)? y) => Nullable.Compare(x, y);
}
