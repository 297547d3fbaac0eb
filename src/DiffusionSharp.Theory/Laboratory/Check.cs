namespace DiffusionSharp.Theory.Laboratory;

/// <summary>What a check asserts of its two sides.</summary>
public enum Relation
{
    /// <summary>The sides are equal within the tolerance.</summary>
    Equal,

    /// <summary>The measured side is at most the expected one, the tolerance allowed.</summary>
    AtMost,

    /// <summary>The measured side is at least the expected one, the tolerance allowed.</summary>
    AtLeast,
}

/// <summary>One line of an experiment's verdict: two sides, a relation between them, and a tolerance with its reason.</summary>
/// <param name="What">What is compared, in words.</param>
/// <param name="Measured">The side that was computed or measured.</param>
/// <param name="Relation">What is asserted.</param>
/// <param name="Expected">The other side.</param>
/// <param name="Tolerance">How far they may lie apart.</param>
public sealed record Check(string What, double Measured, Relation Relation, double Expected, Tolerance Tolerance)
{
    /// <summary>Whether the assertion holds; never where a side or the tolerance is not a finite number.</summary>
    public bool Passed => double.IsFinite(Measured) && double.IsFinite(Expected) && double.IsFinite(Tolerance.Value) && Relation switch
    {
        Relation.Equal => Math.Abs(Measured - Expected) <= Tolerance.Value,
        Relation.AtMost => Measured <= Expected + Tolerance.Value,
        Relation.AtLeast => Measured >= Expected - Tolerance.Value,
        _ => throw new NotSupportedException($"Check: {Relation} is not one of Equal, AtMost, AtLeast."),
    };
}
