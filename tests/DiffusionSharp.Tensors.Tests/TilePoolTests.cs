using System.Diagnostics;

namespace DiffusionSharp.Tensors.Tests;

public sealed class TilePoolTests
{
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(1);

    [Fact]
    public void Loops_end_without_a_worker_that_has_not_woken_and_it_joins_when_it_has()
    {
        using var awake = new ManualResetEventSlim();
        using var pool = new TilePool(3, null, work => Start(() =>
        {
            awake.Wait();
            work();
        }));
        var caller = Environment.CurrentManagedThreadId;
        for (var loop = 0; loop < 500; loop++)
        {
            var body = new Threads(new int[4]);
            pool.Run(4, ref body);
            Assert.All(body.Seen, thread => Assert.Equal(caller, thread));
        }

        // Three tiles that wait for each other need three threads.
        awake.Set();
        using var meeting = new Barrier(3);
        var together = new Meeting(meeting);
        pool.Run(3, ref together);
    }

    [Fact]
    public void What_was_seen_of_one_loop_takes_nothing_from_the_next()
    {
        var turn = default(TileTurn);
        turn.Begin(3);
        var late = turn.Seen;
        Assert.Equal(3, TileTurn.Left(late));
        Assert.True(turn.TryTake(late));
        Assert.False(turn.TryTake(late));
        Assert.Equal(2, turn.TakeAll());
        Assert.Equal(0, TileTurn.Left(turn.Seen));
        Assert.False(turn.TryTake(late));

        // The next loop has as many tiles: only its number tells them apart.
        turn.Begin(3);
        Assert.False(turn.TryTake(late));
        Assert.Equal(3, turn.TakeAll());
    }

    [Fact]
    public void A_late_worker_finds_nothing_and_never_touches_the_next_loop()
    {
        // More threads than cores: most of them come late to most loops.
        using var pool = new TilePool(9, null, work => Start(work));
        var tiles = new Marks[11];
        for (var id = 1; id <= 30_000; id++)
        {
            var count = 2 + (id % 10);
            Array.Clear(tiles);
            if (id % 2 == 0)
            {
                var body = new Small(tiles, id);
                pool.Run(count, ref body);
            }
            else
            {
                var body = new Large(1, 2, 3, tiles, id);
                pool.Run(count, ref body);
            }

            for (var tile = 0; tile < tiles.Length; tile++)
                Assert.True(tiles[tile] == (tile < count ? new Marks(1, id) : default), $"Loop {id} of {count} tiles: tile {tile} ran {tiles[tile].Runs} times, last for {tiles[tile].Id}.");
        }
    }

    [Fact]
    public void Nobody_takes_a_tile_after_one_has_failed()
    {
        using var never = new ManualResetEventSlim();
        using var pool = new TilePool(2, null, work => Start(() =>
        {
            never.Wait();
            work();
        }));
        for (var loop = 0; loop < 10; loop++)
        {
            var body = new Failing(new int[1], loop);
            Assert.Equal($"tile {loop}", Assert.Throws<InvalidOperationException>(() => pool.Run(100, ref body)).Message);
            Assert.Equal(loop + 1, body.Runs[0]);
        }

        never.Set();
    }

    [Fact]
    public void Disposing_ends_the_threads_whether_they_sleep_or_look_for_work()
    {
        foreach (var pause in (int[])[0, 50])
        {
            List<Thread> threads = [];
            var pool = new TilePool(4, null, work =>
            {
                threads.Add(Start(work));
                return threads[^1];
            });
            Thread.Sleep(pause);
            pool.Dispose();
            Assert.All(threads, thread => Assert.False(thread.IsAlive));
        }
    }

    [Fact]
    public void A_caller_whose_helpers_cost_more_than_they_do_works_alone()
    {
        var ledger = new HelpLedger();
        using var pool = new TilePool(2, ledger, work => Start(work));
        ledger.Enter(Stopwatch.GetTimestamp() + (3600 * Stopwatch.Frequency), 1, 1, 1, 0, Stopwatch.Frequency);
        for (var loop = 0; loop < 100; loop++)
        {
            var body = new Threads(new int[50]);
            pool.Run(50, ref body);
            Assert.All(body.Seen, thread => Assert.Equal(Environment.CurrentManagedThreadId, thread));
        }

        var failing = new Failing(new int[1], 7);
        Assert.Throws<InvalidOperationException>(() => pool.Run(100, ref failing));

        // Alone or not, a loop that ended has ended: the next one of another pool is shared.
        using var other = new TilePool(2, null, work => Start(work));
        using var meeting = new Barrier(2);
        var together = new Meeting(meeting);
        other.Run(2, ref together);
    }

    [Fact]
    public void A_body_whose_first_loop_ran_alone_allocates_nothing_when_it_is_shared()
    {
        var ledger = new HelpLedger();
        using var pool = new TilePool(2, ledger, work => Start(work));
        var warm = new Small(new Marks[8], 1);
        for (var loop = 0; loop < 50; loop++) pool.Run(8, ref warm);
        var seen = new int[8];
        var body = new Threads(seen);
        ledger.Enter(Stopwatch.GetTimestamp() + (3600 * Stopwatch.Frequency), 1, 1, 1, 0, Stopwatch.Frequency);
        pool.Run(8, ref body);
        Assert.All(seen, thread => Assert.Equal(Environment.CurrentManagedThreadId, thread));

        // The pause is over: an hour ago.
        ledger.Enter(Stopwatch.GetTimestamp() - (3600 * Stopwatch.Frequency), 1, 1, 1, 0, Stopwatch.Frequency);
        var before = GC.GetAllocatedBytesForCurrentThread();
        pool.Run(8, ref body);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static Thread Start(ThreadStart work)
    {
        var thread = new Thread(work) { IsBackground = true };
        thread.Start();
        return thread;
    }

    private record struct Marks(int Runs, int Id);

    private readonly struct Threads(int[] seen) : ITileBody
    {
        public int[] Seen => seen;

        public void Run(int tile) => seen[tile] = Environment.CurrentManagedThreadId;
    }

    private readonly struct Meeting(Barrier barrier) : ITileBody
    {
        public void Run(int tile) => Assert.True(barrier.SignalAndWait(Long));
    }

    private readonly struct Small(Marks[] marks, int id) : ITileBody
    {
        public void Run(int tile) => marks[tile] = new Marks(marks[tile].Runs + 1, id);
    }

    // Another type of another size: a body that ran with the other's method would not come out right.
    private readonly struct Large(long a, long b, long c, Marks[] marks, int id) : ITileBody
    {
        public void Run(int tile) => marks[tile] = new Marks(marks[tile].Runs + (int)(a * b * c / 6), id);
    }

    private readonly struct Failing(int[] runs, int bad) : ITileBody
    {
        public int[] Runs => runs;

        public void Run(int tile)
        {
            runs[0]++;
            if (tile == bad) throw new InvalidOperationException($"tile {tile}");
        }
    }
}
