namespace DiffusionSharp.Tensors;

/// <summary>How many threads a computation may use. Work is cut into tiles fixed by shape alone, so results do not depend on it.</summary>
/// <remarks>
/// Owns a persistent pool of <see cref="Threads"/> − 1 background threads; the calling thread is the last.
/// One loop runs at a time, and a loop inside a loop runs on its own thread alone. Dispose to end the threads.
/// </remarks>
public sealed class Parallelism : IDisposable
{
    private readonly TilePool pool;

    /// <summary>Makes a pool.</summary>
    /// <param name="threads">1 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="threads"/> is below 1 or above 1024.</exception>
    public Parallelism(int threads)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(threads, 1024);
        Threads = threads;
        pool = new TilePool(threads);
    }

    /// <summary>One thread: the caller's.</summary>
    public static Parallelism Single { get; } = new(1);

    /// <summary>The number of threads, the caller's included.</summary>
    public int Threads { get; }

    /// <summary>Runs a body once for every tile, in any order and on any thread; returns when all are done. Allocates nothing.</summary>
    /// <remarks>An exception in a body ends the loop early and is thrown to the caller.</remarks>
    /// <param name="tiles">How many there are; none where it is not above 0.</param>
    /// <param name="body">What runs; copied, so that what it changes in itself is not seen by the caller.</param>
    public void For<TBody>(int tiles, ref TBody body)
        where TBody : struct, ITileBody => pool.Run(tiles, ref body);

    /// <summary>Runs an action once for every index; each index must write only its own results.</summary>
    /// <param name="count">How many indices there are, from 0.</param>
    /// <param name="action">What runs for each; on any thread, in any order.</param>
    public void For(int count, Action<int> action)
    {
        var body = new ActionBody(action);
        pool.Run(count, ref body);
    }

    /// <inheritdoc/>
    public void Dispose() => pool.Dispose();

    private readonly struct ActionBody(Action<int> action) : ITileBody
    {
        public void Run(int tile) => action(tile);
    }
}
