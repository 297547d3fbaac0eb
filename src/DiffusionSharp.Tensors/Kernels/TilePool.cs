using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;

namespace DiffusionSharp.Tensors.Kernels;

/// <summary>A persistent pool that hands out tile numbers. The caller works too; nothing is allocated per loop.</summary>
internal sealed unsafe class TilePool : IDisposable
{
    // Spinning this long covers the gap between two kernels of a program; beyond it a thread sleeps.
    private const int SpinsBeforeSleep = 2000;

    private readonly Thread[] threads;
    private readonly object gate = new();
    private readonly object wake = new();

    // The loop in flight. Written under `wake`; `generation` announces it.
    private void* body;
    private delegate*<void*, int, void> run;
    private int tiles;
    private int nextTile;
    private int generation;
    private int working;
    private Exception? failure;
    private bool stopped;

    [ThreadStatic]
    private static bool insideLoop;

    public TilePool(int count)
    {
        threads = new Thread[count - 1];
        for (var i = 0; i < threads.Length; i++)
        {
            threads[i] = new Thread(Work) { IsBackground = true, Name = "DiffusionSharp tile worker" };
            threads[i].Start();
        }
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
            // The body may hold references (ActionBody): a copy on this stack frame keeps its address fixed for the loop.
            var local = tileBody;
            lock (wake)
            {
                body = Unsafe.AsPointer(ref local);
                run = &Invoke<TBody>;
                tiles = count;
                failure = null;
                Volatile.Write(ref working, threads.Length);
                Volatile.Write(ref nextTile, 0);
                Volatile.Write(ref generation, generation + 1);
                Monitor.PulseAll(wake);
            }

            insideLoop = true;
            Drain();
            insideLoop = false;

            var spin = new SpinWait();
            while (Volatile.Read(ref working) != 0) spin.SpinOnce(sleep1Threshold: -1);
            if (failure is not null) ExceptionDispatchInfo.Throw(failure);
        }
    }

    public void Dispose()
    {
        lock (gate)
        {
            lock (wake)
            {
                if (stopped) return;
                stopped = true;
                Volatile.Write(ref generation, generation + 1);
                Monitor.PulseAll(wake);
            }
        }

        foreach (var thread in threads) thread.Join();
    }

    private static void Invoke<TBody>(void* body, int tile)
        where TBody : struct, ITileBody => Unsafe.AsRef<TBody>(body).Run(tile);

    private void Work()
    {
        insideLoop = true;
        var seen = 0;
        while (true)
        {
            for (var spins = 0; spins < SpinsBeforeSleep && Volatile.Read(ref generation) == seen; spins++) Thread.SpinWait(20);
            if (Volatile.Read(ref generation) == seen)
            {
                lock (wake)
                {
                    while (generation == seen) Monitor.Wait(wake);
                }
            }

            seen++;
            if (Volatile.Read(ref stopped)) return;
            Drain();
            Interlocked.Decrement(ref working);
        }
    }

    private void Drain()
    {
        try
        {
            while (true)
            {
                var tile = Interlocked.Increment(ref nextTile) - 1;
                if (tile >= tiles) return;
                run(body, tile);
            }
        }
#pragma warning disable CA1031 // The exception crosses threads: it is thrown again at the caller of the loop.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Interlocked.CompareExchange(ref failure, exception, null);
            Volatile.Write(ref nextTile, tiles);
        }
    }
}
