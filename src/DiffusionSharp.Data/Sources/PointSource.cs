using DiffusionSharp.Tensors;

namespace DiffusionSharp.Data.Sources;

/// <summary>Points in the plane from a known distribution: a sample is a pure function of the seed and its index.</summary>
/// <remarks>Every distribution has mean 0 and variance 1, averaged over the two axes; one factor scales both, so its form is kept.</remarks>
public sealed class PointSource : DataSource
{
    /// <summary>How many points there are unless said.</summary>
    public const int DefaultCount = 100_000;

    private static readonly Dictionary<string, Kind> Kinds = new(StringComparer.Ordinal)
    {
        ["moons"] = new(Moons, 2, "two interlocking half circles"),
        ["swiss-roll"] = new(SwissRoll, 0, "one long spiral band"),
        ["checkerboard"] = new(Checkerboard, 0, "uniform on the black squares of a 4×4 board"),
        ["eight-gaussians"] = new(EightGaussians.Draw, 8, "eight modes on a circle"),
        ["two-modes"] = new(TwoModes.Draw, 2, "two Gaussians far apart, of weights 0.8 and 0.2"),
        ["rings"] = new(Rings, 2, "two concentric circles"),
        ["spiral"] = new(Spiral, 2, "two spiral arms"),
    };

    private readonly Rng rng;
    private readonly Kind kind;

    private PointSource(string name, Kind kind, int count, ulong seed)
        : base(name, [2], count, Numbered(kind.Classes))
    {
        this.kind = kind;
        rng = new Rng(seed).Split(name);
    }

    private delegate (double X, double Y, int Class) Drawing(RandomSequence random);

    /// <summary>The known distributions: name and one line of description.</summary>
    public static IReadOnlyDictionary<string, string> Names { get; } = Kinds.ToDictionary(k => k.Key, k => k.Value.Description, StringComparer.Ordinal);

    /// <summary>Makes a source.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <param name="count">How many points, 1 or more.</param>
    /// <param name="seed">Another seed gives other points.</param>
    /// <exception cref="DataException">The name is unknown.</exception>
    public static PointSource Create(string name, int count = DefaultCount, ulong seed = 0) => Kinds.TryGetValue(name, out var kind)
        ? new PointSource(name, kind, count, seed)
        : throw new DataException($"No distribution of points is called '{name}'; known are {string.Join(", ", Names.Keys)}.");

    /// <inheritdoc/>
    protected override void Fill(int index, Span<float> destination)
    {
        var (x, y, _) = kind.Draw(new RandomSequence(rng.Split(index)));
        (destination[0], destination[1]) = ((float)x, (float)y);
    }

    /// <inheritdoc/>
    protected override int ClassOf(int index) => kind.Draw(new RandomSequence(rng.Split(index))).Class;

    // Half circles of radius 1 about (0, 0) and, turned, about (1, ½), with noise of 0.05. With s = 2/π the heights have means s and ½ − s;
    // the mean is (½, ¼), the variances are ¾ and ½ − s² + (s − ¼)².
    private static (double X, double Y, int Class) Moons(RandomSequence random)
    {
        const double s = 2 / Math.PI, noise = 0.05;
        var scale = Scale(0.75 + 0.5 - (s * s) + ((s - 0.25) * (s - 0.25)), noise);
        var moon = random.Integer(2);
        var (sine, cosine) = Math.SinCos(random.Uniform(0, Math.PI));
        var (x, y) = moon == 0 ? (cosine, sine) : (1 - cosine, 0.5 - sine);
        return (scale * (x - 0.5 + (noise * random.Normal())), scale * (y - 0.25 + (noise * random.Normal())), moon);
    }

    // t (cos t, sin t), t uniform in [3π/2, 9π/2], noise 0.3: mean (2, 2/(3π)), E t² = 9.75 π².
    private static (double X, double Y, int Class) SwissRoll(RandomSequence random)
    {
        const double meanX = 2, meanY = 2 / (3 * Math.PI), noise = 0.3;
        var scale = Scale((9.75 * Math.PI * Math.PI) - (meanX * meanX) - (meanY * meanY), noise);
        var t = random.Uniform(1.5 * Math.PI, 4.5 * Math.PI);
        var (sine, cosine) = Math.SinCos(t);
        return (scale * ((t * cosine) - meanX + (noise * random.Normal())), scale * ((t * sine) - meanY + (noise * random.Normal())), 0);
    }

    // Both marginals are uniform on [−√3, √3], whose variance is 1.
    private static (double X, double Y, int Class) Checkerboard(RandomSequence random)
    {
        var half = Math.Sqrt(3);
        var x = random.Uniform(0, 4);
        var row = (2 * random.Integer(2)) + ((int)x % 2);
        var y = row + random.Uniform();
        return (half * ((x / 2) - 1), half * ((y / 2) - 1), 0);
    }

    // Radii 1 and ½ with noise of 0.04: E r² = 5/8.
    private static (double X, double Y, int Class) Rings(RandomSequence random)
    {
        const double noise = 0.04;
        var scale = Scale(0.625, noise);
        var ring = random.Integer(2);
        var radius = ring == 0 ? 1 : 0.5;
        var (sine, cosine) = Math.SinCos(random.Uniform(0, Math.Tau));
        return (scale * ((radius * cosine) + (noise * random.Normal())), scale * ((radius * sine) + (noise * random.Normal())), ring);
    }

    // Arms r = t, opposite to each other, t = 3π √u so that the arms are evenly covered: E t² = 9π²/2, noise 0.25.
    private static (double X, double Y, int Class) Spiral(RandomSequence random)
    {
        const double noise = 0.25;
        var scale = Scale(4.5 * Math.PI * Math.PI, noise);
        var arm = random.Integer(2);
        var t = 3 * Math.PI * Math.Sqrt(random.Uniform());
        var (sine, cosine) = Math.SinCos(t + (Math.PI * arm));
        return (scale * ((t * cosine) + (noise * random.Normal())), scale * ((t * sine) + (noise * random.Normal())), arm);
    }

    // Brings the sum of both variances to 2.
    private static double Scale(double variances, double noise) => Math.Sqrt(2 / (variances + (2 * noise * noise)));

    private sealed record Kind(Drawing Draw, int Classes, string Description);
}
