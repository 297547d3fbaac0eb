namespace DiffusionSharp.Graphs.Operations;

/// <summary>What an operation that trains does to the weights and to what is kept beside them.</summary>
/// <param name="Parts">Runs that make one step, at least 1; where there are more, the sum of their gradients is kept between them.</param>
/// <param name="MoreAverages">Averages of the weights beside the first, at least 0.</param>
public sealed record WeightUpdate(int Parts, int MoreAverages)
{
    /// <summary>Numbers kept for each weight beside it: two moments, and the averages.</summary>
    public int KeptPerWeight => 3 + MoreAverages;

    /// <summary>Gradients kept for each weight: its own, and where a step has parts their sum.</summary>
    public int GradientsPerWeight => Parts > 1 ? 2 : 1;

    /// <summary>Floats read for each weight in the last part of a step, which does the most: the gradient twice, since its norm comes first.</summary>
    public int ReadsPerWeight => 6 + (2 * MoreAverages) + (Parts > 1 ? 2 : 0);

    /// <summary>Floats written for each weight in the last part of a step.</summary>
    public int WritesPerWeight => 4 + MoreAverages + (Parts > 1 ? 1 : 0);
}
