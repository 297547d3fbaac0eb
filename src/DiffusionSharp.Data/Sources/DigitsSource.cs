using DiffusionSharp.Tensors;

namespace DiffusionSharp.Data.Sources;

/// <summary>Digits drawn as by hand, white on black in the manner of MNIST: any number of them, from a seed, with labels. Needs no file.</summary>
/// <remarks>
/// A variant of the digit's strokes is bent (control points, a slow wave, width, slant, turn), its longer side fitted into 20/28 of the picture,
/// its centre of mass put in the middle, and drawn with a pen of varying width and soft edges. The digit of sample i is i mod 10.
/// </remarks>
public sealed class DigitsSource : DataSource
{
    /// <summary>How many digits there are unless said.</summary>
    public const int DefaultCount = 60_000;

    private const double LargestSwing = 0.22;

    private readonly Rng rng;
    private readonly int size;

    // What was drawn once is kept where all of it fits; two threads that draw the same digit draw the same bytes.
    private readonly byte[]?[]? drawn;

    /// <summary>Makes a source; a digit is drawn when it is read.</summary>
    /// <param name="count">How many digits, 1 or more.</param>
    /// <param name="seed">Another seed gives other digits.</param>
    /// <param name="size">Width and height in pixels, 8 to 512.</param>
    /// <exception cref="DataException">The size is out of range.</exception>
    public DigitsSource(int count = DefaultCount, ulong seed = 0, int size = 28)
        : base("digits", [Checked(size), size, 1], count, Numbered(10))
    {
        rng = new Rng(seed).Split("digits");
        this.size = size;
        if ((long)count * size * size <= MostKept / 4) drawn = new byte[count][];
    }

    /// <summary>Draws one digit; the same stream draws the same digit.</summary>
    /// <param name="digit">0 to 9.</param>
    /// <param name="rng">Decides the hand.</param>
    /// <param name="size">Width and height in pixels, 8 to 512.</param>
    /// <exception cref="DataException">The size is out of range.</exception>
    public static Picture Draw(int digit, Rng rng, int size)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(digit);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(digit, 9);
        var unit = Checked(size) / 28.0;
        var hand = new RandomSequence(rng);
        var pen = unit * hand.Uniform(0.85, 1.75);
        var soft = unit * hand.Uniform(1.1, 1.7);
        var ink = new float[size * size];
        foreach (var line in DigitHand.Write(digit, hand, size, pen, (pen * (1 + LargestSwing)) + (soft / 2)))
            DigitPen.Draw(line, pen, hand.Uniform(0.03, LargestSwing), hand.Uniform(0, Math.Tau), soft, ink, size);
        return new Picture(size, size, 1, Array.ConvertAll(ink, v => (byte)((v * 255) + 0.5f)));
    }

    /// <inheritdoc/>
    protected override void Fill(int index, Span<float> destination)
    {
        var pixels = drawn is null ? null : Volatile.Read(ref drawn[index]);
        if (pixels is null)
        {
            pixels = Draw(index % 10, rng.Split(index), size).Pixels.ToArray();
            if (drawn is not null) Volatile.Write(ref drawn[index], pixels);
        }

        Picture.ToValues(pixels, destination);
    }

    /// <inheritdoc/>
    protected override int ClassOf(int index) => index % 10;

    private static int Checked(int size) =>
        size is >= 8 and <= 512 ? size : throw new DataException($"digits: size {size} was asked for, 8 to 512 are drawn.");
}
