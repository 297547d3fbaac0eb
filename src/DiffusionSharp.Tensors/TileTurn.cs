namespace DiffusionSharp.Tensors;

/// <summary>Which loop runs and how many of its tiles nobody has taken, in one word: what was seen of one loop takes nothing from the next.</summary>
internal struct TileTurn
{
    // The loop's number above, tiles left in the lower 32 bits.
    private long word;

    /// <summary>What the word is now; of it, <see cref="Left"/> tiles can be taken.</summary>
    public readonly long Seen => Volatile.Read(in word);

    /// <summary>Tiles left to take.</summary>
    public static int Left(long seen) => (int)seen;

    /// <summary>Opens the next loop; a full fence. Only where no tile is left of the one before.</summary>
    public void Begin(int tiles) => Interlocked.Exchange(ref word, (((word >> 32) + 1) << 32) | (uint)tiles);

    /// <summary>Takes one tile of the loop that was seen, unless anybody was faster or the loop is over.</summary>
    public bool TryTake(long seen) => Interlocked.CompareExchange(ref word, seen - 1, seen) == seen;

    /// <summary>Takes all that are left and says how many.</summary>
    public int TakeAll()
    {
        while (true)
        {
            var seen = Seen;
            if (Interlocked.CompareExchange(ref word, seen - Left(seen), seen) == seen) return Left(seen);
        }
    }
}
