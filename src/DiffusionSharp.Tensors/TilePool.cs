using System.Diagnostics;
using System.Runtime.ExceptionServices;

namespace DiffusionSharp.Tensors;

/// <summary>A persistent pool that hands out tiles. The caller works too; nothing is allocated per loop but the first of a type of body.</summary>
/// <remarks>
/// <para>A loop ends when its tiles are done. Who comes late, because other programs hold its core, finds nothing to take and is not waited for.</para>
/// <para>
/// <c>turn</c> holds the number of the loop and how many of its tiles nobody has taken, in one word. A tile belongs to the thread whose
/// compare-exchange takes it from there. <c>loop</c> and <c>tiles</c> are written only while the word has no tile left and none
/// is being worked on, so what a thread reads between seeing a tile in the word and taking it is of the tile's own loop: had the loop gone by
/// in between, the word would be another and the exchange would fail. The caller waits for <c>unfinished</c>, the tiles not yet done, alone.
/// </para>
/// <para>Waking is for speed only: the caller takes every tile that nobody else takes.</para>
/// </remarks>
internal sealed class TilePool : IDisposable
{
    // Spinning this long covers the gap between two kernels of a program; beyond it a worker sleeps.
    private const int SpinsBeforeSleep = 400;

    // A worker that holds a tile and is not done after this has likely lost its core: a caller that sleeps leaves it another.
    private const int SpinsBeforeYield = 200;

    private readonly Thread[] threads;
    private readonly HelpLedger? ledger;
    private readonly TileLoops loops = new();
    private readonly object gate = new();
    private readonly object wake = new();
    private readonly object ended = new();

    private TileTurn turn;
    private int unfinished;
    private TileLoop? loop;
    private int tiles;
    private Exception? failure;

    // Workers that sleep and nobody has called yet; written under `wake`.
    private int sleepers;
    private bool callerSleeps;
    private bool stopped;

    [ThreadStatic]
    private static bool insideLoop;

    /// <summary>Starts the workers.</summary>
    /// <param name="count">Threads, the caller's included.</param>
    public TilePool(int count)
        : this(count, new HelpLedger(), Background)
    {
    }

    /// <summary>Starts the workers on threads of one's own.</summary>
    /// <param name="count">Threads, the caller's included.</param>
    /// <param name="ledger">Says when the caller had better work alone; null: never.</param>
    /// <param name="start">Starts a thread for a worker, which may come to its work as late as it likes.</param>
    internal TilePool(int count, HelpLedger? ledger, Func<ThreadStart, Thread> start)
    {
        this.ledger = ledger;
        threads = new Thread[count - 1];
        for (var i = 0; i < threads.Length; i++) threads[i] = start(Work);
    }

    public void Run<TBody>(int count, ref TBody tileBody)
        where TBody : struct, ITileBody
    {
        if (count <= 0) return;
        if (threads.Length == 0 || count == 1 || insideLoop)
        {
            for (var tile = 0; tile < count; tile++) tileBody.Run(tile);
            return;
        }

        lock (gate)
        {
            ObjectDisposedException.ThrowIf(stopped, typeof(Parallelism));
            Debug.Assert(TileTurn.Left(turn.Seen) == 0 && unfinished == 0, "A loop began inside another.");
            var begun = Stopwatch.GetTimestamp();

            // Before anything else: a type of body whose first loop ran alone is not to allocate in a later one.
            var shared = loops.Of<TBody>();
            if (ledger?.Alone(begun) == true)
            {
                RunAlone(count, ref tileBody);
                return;
            }

            shared.Body = tileBody;
            loop = shared;
            tiles = count;
            unfinished = count;
            failure = null;

            // A full fence: either the sleepers read below are seen, or those who are about to sleep see the tiles.
            turn.Begin(count);
            if (Volatile.Read(ref sleepers) > 0) Wake(count - 1);

            var awake = Stopwatch.GetTimestamp();
            insideLoop = true;
            var own = Drain();
            insideLoop = false;

            var drained = Stopwatch.GetTimestamp();
            if (Volatile.Read(ref unfinished) != 0) AwaitEnd();

            // Between loops the pool keeps nobody's memory alive.
            shared.Body = default;
            if (failure is not null) ExceptionDispatchInfo.Throw(failure);
            var now = Stopwatch.GetTimestamp();
            ledger?.Enter(now, own, drained - awake, count - own, awake - begun, now - drained);
        }
    }

    public void Dispose()
    {
        lock (gate)
        {
            lock (wake)
            {
                if (stopped) return;
                Volatile.Write(ref stopped, true);
                Monitor.PulseAll(wake);
            }
        }

        foreach (var thread in threads) thread.Join();
    }

    private static Thread Background(ThreadStart work)
    {
        var thread = new Thread(work) { IsBackground = true, Name = "DiffusionSharp tile worker" };
        thread.Start();
        return thread;
    }

    private static void RunAlone<TBody>(int count, ref TBody tileBody)
        where TBody : struct, ITileBody
    {
        insideLoop = true;
        try
        {
            for (var tile = 0; tile < count; tile++) tileBody.Run(tile);
        }
        finally
        {
            insideLoop = false;
        }
    }

    private void Work()
    {
        insideLoop = true;
        while (AwaitTiles()) Drain();
    }

    private int Drain()
    {
        var finished = 0;
        try
        {
            while (true)
            {
                var seen = turn.Seen;
                if (TileTurn.Left(seen) == 0) break;
                var taken = loop!;
                var tile = tiles - TileTurn.Left(seen);
                if (!turn.TryTake(seen)) continue;
                taken.Run(tile);
                finished++;
            }
        }
#pragma warning disable CA1031 // The exception crosses threads: it is thrown again at the caller of the loop.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            // The tile that failed is not counted yet, so this is still its loop: nobody takes the rest.
            Interlocked.CompareExchange(ref failure, exception, null);
            finished += 1 + turn.TakeAll();
        }

        // From here on the next loop may have begun: nothing but a needless call can come of what is read.
        if (finished > 0 && Interlocked.Add(ref unfinished, -finished) == 0 && Volatile.Read(ref callerSleeps))
        {
            lock (ended) Monitor.Pulse(ended);
        }

        return finished;
    }

    private void Wake(int most)
    {
        lock (wake)
        {
            for (; sleepers > 0 && most > 0; most--)
            {
                // Counted off by who calls, so that the next loop does not call one that is still on its way.
                sleepers--;
                Monitor.Pulse(wake);
            }
        }
    }

    private bool AwaitTiles()
    {
        for (var spins = 0; spins < SpinsBeforeSleep; spins++)
        {
            if (TileTurn.Left(turn.Seen) != 0) return true;
            if (Volatile.Read(ref stopped)) return false;
            Thread.SpinWait(20);
        }

        lock (wake)
        {
            while (true)
            {
                Interlocked.Increment(ref sleepers);
                if (stopped) return false;
                if (TileTurn.Left(turn.Seen) != 0)
                {
                    sleepers--;
                    return true;
                }

                Monitor.Wait(wake);
                if (TileTurn.Left(turn.Seen) != 0) return true;
            }
        }
    }

    private void AwaitEnd()
    {
        for (var spins = 0; spins < SpinsBeforeYield; spins++)
        {
            Thread.SpinWait(20);
            if (Volatile.Read(ref unfinished) == 0) return;
        }

        lock (ended)
        {
            Volatile.Write(ref callerSleeps, true);
            Interlocked.MemoryBarrier();
            while (Volatile.Read(ref unfinished) != 0) Monitor.Wait(ended);
            callerSleeps = false;
        }
    }
}
