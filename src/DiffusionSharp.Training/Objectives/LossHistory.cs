using DiffusionSharp.Tensors;

namespace DiffusionSharp.Training.Objectives;

/// <summary>The newest losses of each bin of noise levels: part of a run's state.</summary>
public sealed class LossHistory
{
    private readonly float[] losses;
    private readonly int[] filled;
    private readonly int[] next;

    /// <summary>An empty history.</summary>
    /// <param name="bins">Bins, at least 1.</param>
    /// <param name="length">Losses remembered of each, at least 1.</param>
    public LossHistory(int bins, int length)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bins, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 1);
        (Bins, Length) = (bins, length);
        losses = new float[bins * length];
        filled = new int[bins];
        next = new int[bins];
    }

    /// <summary>Bins of noise levels.</summary>
    public int Bins { get; }

    /// <summary>Losses remembered of each.</summary>
    public int Length { get; }

    /// <summary>Whether every bin has all of its losses.</summary>
    public bool IsFull => filled.AsSpan().IndexOfAnyExcept(Length) < 0;

    /// <summary>Remembers a loss, in place of the oldest of its bin.</summary>
    /// <param name="bin">Which bin of noise levels, from 0.</param>
    /// <param name="loss">Of one sample, at least 0.</param>
    public void Record(int bin, double loss)
    {
        losses[(bin * Length) + next[bin]] = (float)loss;
        next[bin] = (next[bin] + 1) % Length;
        filled[bin] = Math.Min(filled[bin] + 1, Length);
    }

    /// <summary>√E[L²] of a bin's losses.</summary>
    /// <param name="bin">Which bin of noise levels, from 0.</param>
    public double RootMeanSquare(int bin)
    {
        var sum = 0.0;
        for (var i = 0; i < filled[bin]; i++) sum += (double)losses[(bin * Length) + i] * losses[(bin * Length) + i];
        return filled[bin] == 0 ? 0 : Math.Sqrt(sum / filled[bin]);
    }

    /// <summary>All of it as tensors: losses [bins, length], how many of each bin count, and where its next one goes.</summary>
    public IReadOnlyList<(string Name, FloatTensor Value)> Export() =>
    [
        ("losses", new FloatTensor([Bins, Length], [.. losses])),
        ("filled", new FloatTensor([Bins], [.. filled.Select(f => (float)f)])),
        ("next", new FloatTensor([Bins], [.. next.Select(n => (float)n)])),
    ];

    /// <summary>Takes over what <see cref="Export"/> gave.</summary>
    /// <param name="source">Tensors by name.</param>
    /// <exception cref="ArgumentException">A shape or a value does not fit.</exception>
    public void Import(Func<string, FloatTensor> source)
    {
        var (values, counts, places) = (source("losses"), source("filled"), source("next"));
        if (values.Shape != [Bins, Length] || counts.Shape != [Bins] || places.Shape != [Bins])
            throw new ArgumentException(
                $"LossHistory: {Bins} bins of {Length} losses were expected, {values.Shape}, {counts.Shape} and {places.Shape} came.", nameof(source));
        for (var i = 0; i < Bins; i++)
        {
            (filled[i], next[i]) = ((int)counts.Values[i], (int)places.Values[i]);
            if (filled[i] != counts.Values[i] || next[i] != places.Values[i] || filled[i] < 0 || filled[i] > Length || next[i] < 0 || next[i] >= Length)
                throw new ArgumentException(
                    $"LossHistory: bin {i} has {counts.Values[i]} losses and goes on at {places.Values[i]}, which does not fit {Length}.", nameof(source));
        }

        foreach (var value in values.Values)
            if (!float.IsFinite(value)) throw new ArgumentException($"LossHistory: losses are finite, {value} came.", nameof(source));
        values.Values.CopyTo(losses);
    }
}
