using System.Runtime.CompilerServices;

namespace DiffusionSharp.Tensors;

/// <summary>A counter-based random generator: a value, not a state. The i-th number of a stream is a pure function of the key and i.</summary>
/// <remarks>
/// Philox 4×32-10 of Salmon, Moraes, Dror and Shaw 2011, "Parallel random numbers: as easy as 1, 2, 3".
/// Draws are addressed by position, so they do not depend on threads, on the batch, or on what was drawn before.
/// <see cref="Split(ulong)"/> gives independent streams: one per step, per sample, per layer.
/// </remarks>
public readonly record struct Rng
{
    internal const uint Multiplier0 = 0xD2511F53, Multiplier1 = 0xCD9E8D57;
    internal const uint Weyl0 = 0x9E3779B9, Weyl1 = 0xBB67AE85;

    // The two counter words that Split uses and draws leave at zero, so a child's key is never one of its parent's draws.
    private const uint SplitMark = 0x53504C54;

    /// <summary>The root stream of a seed.</summary>
    /// <param name="seed">Any number; equal seeds give equal streams.</param>
    public Rng(ulong seed) => Key = seed;

    /// <summary>The 64-bit key that names this stream.</summary>
    public ulong Key { get; }

    /// <summary>The ten-round Philox block: four 32-bit words from a 128-bit counter and a 64-bit key.</summary>
    /// <param name="c0">Counter, lowest word.</param>
    /// <param name="c1">Counter, second word.</param>
    /// <param name="c2">Counter, third word.</param>
    /// <param name="c3">Counter, highest word.</param>
    /// <param name="key0">Key, low word.</param>
    /// <param name="key1">Key, high word.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (uint X0, uint X1, uint X2, uint X3) Philox(uint c0, uint c1, uint c2, uint c3, uint key0, uint key1)
    {
        for (var round = 0; round < 10; round++)
        {
            var product0 = (ulong)Multiplier0 * c0;
            var product1 = (ulong)Multiplier1 * c2;
            (c0, c1, c2, c3) = ((uint)(product1 >> 32) ^ c1 ^ key0, (uint)product1, (uint)(product0 >> 32) ^ c3 ^ key1, (uint)product0);
            key0 += Weyl0;
            key1 += Weyl1;
        }

        return (c0, c1, c2, c3);
    }

    /// <summary>The child stream of an index: independent of its parent and of its siblings.</summary>
    /// <param name="index">Which child; siblings differ in it.</param>
    public Rng Split(ulong index)
    {
        var (x0, x1, _, _) = Philox((uint)index, (uint)(index >> 32), SplitMark, 0, (uint)Key, (uint)(Key >> 32));
        return new Rng(x0 | ((ulong)x1 << 32));
    }

    /// <inheritdoc cref="Split(ulong)"/>
    public Rng Split(long index) => Split((ulong)index);

    /// <summary>The child stream of a name: the words of a design ("noise", "dropout") instead of numbers.</summary>
    /// <param name="name">What the stream is for; the empty name is a child too.</param>
    public Rng Split(string name)
    {
        var child = Split((ulong)name.Length);
        foreach (var letter in name) child = child.Split(letter);
        return child;
    }

    /// <summary>64 random bits at a position.</summary>
    /// <param name="position">Which draw of the stream, from 0.</param>
    public ulong Bits(ulong position)
    {
        var (low, high) = Pair(position >> 1);
        return (position & 1) == 0 ? low : high;
    }

    /// <summary>A uniform double in [0, 1) with 53 bits, at a position.</summary>
    /// <param name="position">Which draw of the stream, from 0.</param>
    public double Uniform(ulong position) => ToUnit(Bits(position));

    /// <summary>A standard normal double at a position.</summary>
    /// <param name="position">Which draw of the stream, from 0; a pair takes the two draws of its uniforms.</param>
    public double Normal(ulong position)
    {
        var (first, second) = NormalPair(position >> 1);
        return (position & 1) == 0 ? first : second;
    }

    /// <summary>An integer in [0, <paramref name="count"/>) at a position; the bias, below count/2⁶⁴, is beyond measure.</summary>
    /// <param name="count">How many integers there are to choose from, at least 1.</param>
    /// <param name="position">Which draw of the stream, from 0.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="count"/> is not positive.</exception>
    public int Integer(int count, ulong position)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        return (int)Math.BigMul(Bits(position), (ulong)count, out _);
    }

    /// <summary>Fills with uniforms in [0, 1): value i is that of position <paramref name="start"/> + i.</summary>
    /// <param name="destination">Any length, written.</param>
    /// <param name="start">Position of the first value.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void FillUniform(Span<double> destination, ulong start = 0)
    {
        for (var i = 0; i < destination.Length; i++) destination[i] = Uniform(start + (ulong)i);
    }

    /// <summary>Fills with standard normals: value i is that of position <paramref name="start"/> + i.</summary>
    /// <param name="destination">Any length, written.</param>
    /// <param name="start">Position of the first value.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void FillNormal(Span<double> destination, ulong start = 0)
    {
        var i = 0;
        if ((start & 1) != 0 && destination.Length > 0) destination[i++] = Normal(start);
        for (; i + 1 < destination.Length; i += 2) (destination[i], destination[i + 1]) = NormalPair((start + (ulong)i) >> 1);
        if (i < destination.Length) destination[i] = Normal(start + (ulong)i);
    }

    /// <summary>Fills with standard normals, each the float32 rounding of the double that <see cref="FillNormal(Span{double}, ulong)"/> gives.</summary>
    /// <param name="destination">Any length, written.</param>
    /// <param name="start">Position of the first value.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void FillNormal(Span<float> destination, ulong start = 0)
    {
        var i = 0;
        if ((start & 1) != 0 && destination.Length > 0) destination[i++] = (float)Normal(start);
        for (; i + 1 < destination.Length; i += 2)
        {
            var (first, second) = NormalPair((start + (ulong)i) >> 1);
            (destination[i], destination[i + 1]) = ((float)first, (float)second);
        }

        if (i < destination.Length) destination[i] = (float)Normal(start + (ulong)i);
    }

    /// <summary>A standard normal tensor.</summary>
    /// <param name="shape">Any shape; value i is that of position i.</param>
    public Tensor Normal(Shape shape)
    {
        var values = new double[shape.Count];
        FillNormal(values);
        return new Tensor(shape, values);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private (ulong Low, ulong High) Pair(ulong block)
    {
        var (x0, x1, x2, x3) = Philox((uint)block, (uint)(block >> 32), 0, 0, (uint)Key, (uint)(Key >> 32));
        return (x0 | ((ulong)x1 << 32), x2 | ((ulong)x3 << 32));
    }

    // Box and Muller: 1 − u lies in (0, 1], so the logarithm is finite.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private (double First, double Second) NormalPair(ulong block)
    {
        var (low, high) = Pair(block);
        var radius = Math.Sqrt(-2 * Math.Log(1 - ToUnit(low)));
        var (sine, cosine) = Math.SinCos(2 * Math.PI * ToUnit(high));
        return (radius * cosine, radius * sine);
    }

    private static double ToUnit(ulong bits) => (bits >> 11) * (1.0 / (1UL << 53));
}
