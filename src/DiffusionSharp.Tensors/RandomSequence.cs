namespace DiffusionSharp.Tensors;

/// <summary>Draws one after another from a stream, for code whose number of draws is not known beforehand.</summary>
/// <remarks>Make one, use it in one place, drop it: the order of draws is its only state.</remarks>
/// <param name="rng">The stream; draws begin at its position 0.</param>
public sealed class RandomSequence(Rng rng)
{
    private ulong position;

    /// <summary>The next uniform double in [0, 1).</summary>
    public double Uniform() => rng.Uniform(position++);

    /// <summary>The next uniform double in [<paramref name="low"/>, <paramref name="high"/>).</summary>
    /// <param name="low">The least value.</param>
    /// <param name="high">Above every value; at least <paramref name="low"/>.</param>
    public double Uniform(double low, double high) => low + ((high - low) * Uniform());

    /// <summary>The next integer in [0, <paramref name="count"/>).</summary>
    /// <param name="count">How many integers there are to choose from, at least 1.</param>
    public int Integer(int count) => rng.Integer(count, position++);

    /// <summary>The next standard normal.</summary>
    public double Normal()
    {
        // A pair of normals shares its two uniforms; step over whole pairs so that no uniform drawn before is used again.
        position += position & 1;
        var value = rng.Normal(position);
        position += 2;
        return value;
    }
}
