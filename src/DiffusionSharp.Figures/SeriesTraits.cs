namespace DiffusionSharp.Figures;

/// <summary>What a series says of itself to the plot that it stands in.</summary>
internal sealed record SeriesTraits
{
    /// <summary>One colour stands for the series, and the theme gives it where it has none of its own.</summary>
    public static SeriesTraits Plain { get; } = new();

    /// <summary>Of points by themselves: their axes leave air around them and do not begin at zero.</summary>
    public static SeriesTraits Cloud { get; } = new() { IsCloud = true };

    /// <summary>Whether one colour stands for the series, so that the legend can show it; else its colours are data.</summary>
    public bool HasColor { get; init; } = true;

    /// <summary>Whether it is drawn in the muted ink of the theme where it has no colour of its own, and takes none from the others.</summary>
    public bool IsMuted { get; init; }

    /// <summary>Whether its points stand by themselves.</summary>
    public bool IsCloud { get; init; }

    /// <summary>Whether it covers a region of its own: the axes then end where it ends.</summary>
    public bool Fills { get; init; }

    /// <summary>The colours of a ground that takes the grid's place; null: it lies on the grid.</summary>
    public ColorMap? Ground { get; init; }

    /// <summary>Makes the colour bar at the plot's right, where numbers are drawn as colours.</summary>
    public Func<ColorScale?>? Bar { get; init; }
}
