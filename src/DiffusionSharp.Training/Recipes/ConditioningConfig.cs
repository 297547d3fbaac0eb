namespace DiffusionSharp.Training.Recipes;

/// <summary>Training with the class of each sample, some labels dropped, so that one network learns with and without a class.</summary>
/// <param name="Classes">Classes of the data, 1 to 65,536; the network's table of classes has one row more, the last, for "no class".</param>
/// <param name="LabelDropout">
/// Chance, in [0, 1), that a sample's label is dropped; at 0 nothing is learned without a class, and guidance is not possible.
/// </param>
/// <param name="Names">The classes' names by label; null where they have none but their numbers.</param>
/// <param name="Labels">The .npy file of the labels, [N] whole numbers, where the data is a .npy file; null where the data has its own.</param>
/// <remarks>Ho and Salimans 2022, arXiv:2207.12598, algorithm 1, where the chance is p_uncond.</remarks>
public sealed record ConditioningConfig(int Classes, double LabelDropout = 0.1, IReadOnlyList<string>? Names = null, string? Labels = null)
{
    /// <summary>The label that says "no class": the last row of the network's table.</summary>
    public int NoClass() => Classes;

    /// <summary>Rows of the network's table.</summary>
    public int Rows() => Classes + 1;

    /// <summary>What a class is called: its name, or its number.</summary>
    /// <param name="label">0 to <see cref="Classes"/> − 1.</param>
    public string NameOf(int label) => Names?[label] ?? label.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
