using DiffusionSharp.Tensors;

namespace DiffusionSharp.Data.Sources;

/// <summary>
/// The order of training: every epoch visits each sample once, in an order of its own, and any position is computed without those before it.
/// </summary>
/// <remarks>
/// Position p = step · batch + k lies in epoch ⌊p / count⌋; batches run across the border of epochs and nothing is dropped.
/// An epoch's order is a Feistel network over the next power of four, walked until it lands inside (cycle walking):
/// Black and Rogaway 2002, "Ciphers with arbitrary finite domains". Resuming needs the step alone.
/// </remarks>
public sealed class BatchSampler
{
    private const int Rounds = 8;

    private readonly Rng rng;
    private readonly int halfBits;

    /// <summary>Makes an order.</summary>
    /// <param name="count">How many samples there are, 1 or more.</param>
    /// <param name="batch">How many are taken per step, 1 or more.</param>
    /// <param name="seed">Another seed gives another order.</param>
    public BatchSampler(int count, int batch, ulong seed)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(batch);
        (Count, Batch) = (count, batch);
        rng = new Rng(seed).Split("order");

        // At least 16 places: on fewer, a Feistel network reaches too few of the permutations.
        halfBits = 2;
        while (1L << (2 * halfBits) < count) halfBits++;
    }

    /// <summary>How many samples there are.</summary>
    public int Count { get; }

    /// <summary>How many samples a step takes.</summary>
    public int Batch { get; }

    /// <summary>The samples of a step, in order.</summary>
    /// <param name="step">0 or more.</param>
    /// <param name="indices">Room for <see cref="Batch"/> indices.</param>
    /// <exception cref="ArgumentException">The step is negative, or the room is not that of a batch.</exception>
    public void Indices(long step, Span<int> indices)
    {
        if (indices.Length != Batch)
            throw new ArgumentException($"BatchSampler: a batch has {Batch} samples, room for {indices.Length} came.", nameof(indices));
        var position = checked(step * Batch);
        for (var k = 0; k < indices.Length; k++) indices[k] = IndexAt(position + k);
    }

    /// <summary>The epoch, from 0, that a position lies in.</summary>
    /// <param name="position">0 or more: step · batch + place in the batch.</param>
    public long EpochOf(long position) => position / Count;

    /// <summary>The sample at a position of the endless order.</summary>
    /// <param name="position">0 or more.</param>
    public int IndexAt(long position)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(position);
        var order = rng.Split(position / Count);
        var place = (ulong)(position % Count);
        do place = Permute(place, order);
        while (place >= (ulong)Count);
        return (int)place;
    }

    private ulong Permute(ulong place, Rng order)
    {
        var mask = (1UL << halfBits) - 1;
        var (left, right) = (place >> halfBits, place & mask);
        for (var round = 0UL; round < Rounds; round++)
            (left, right) = (right, left ^ (order.Bits((round << 32) | right) & mask));
        return (left << halfBits) | right;
    }
}
