namespace DiffusionSharp.Graphs.Planning;

/// <summary>Places values of known lifetimes in one arena: best fit among free stretches, neighbours merged when freed.</summary>
internal sealed class ArenaAllocator
{
    private const int Alignment = 16;
    private readonly SortedDictionary<int, int> free = [];
    private readonly Dictionary<int, int> taken = [];

    /// <summary>Floats needed so far.</summary>
    public int Length { get; private set; }

    public int Take(int length)
    {
        length = Math.Max(Alignment, checked((length + Alignment - 1) / Alignment * Alignment));
        var best = -1;
        foreach (var (start, size) in free)
            if (size >= length && (best < 0 || size < free[best])) best = start;

        if (best >= 0)
        {
            var size = free[best];
            free.Remove(best);
            if (size > length) free[best + length] = size - length;
        }
        else
        {
            // Grow from the last free stretch if it touches the end.
            best = Length;
            foreach (var (start, size) in free)
                if (start + size == Length) best = start;
            free.Remove(best);
            Length = checked(best + length);
        }

        taken[best] = length;
        return best;
    }

    public void Free(int start)
    {
        var length = taken[start];
        taken.Remove(start);
        if (free.Remove(start + length, out var after)) length += after;
        foreach (var (before, size) in free)
        {
            if (before + size != start) continue;
            free[before] = size + length;
            return;
        }

        free[start] = length;
    }
}
