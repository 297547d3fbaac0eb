namespace DiffusionSharp.Tensors.Tests;

public sealed class ParallelismTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public void Every_index_runs_once(int threads)
    {
        using var p = new Parallelism(threads);
        foreach (var count in (int[])[0, 1, 2, 3, 1000])
        {
            var visits = new int[count];
            p.For(count, i => Interlocked.Increment(ref visits[i]));
            Assert.All(visits, v => Assert.Equal(1, v));
        }
    }

    [Fact]
    public void Many_small_loops_follow_each_other()
    {
        using var p = new Parallelism(3);
        var total = 0;
        for (var loop = 0; loop < 5000; loop++) p.For(4, i => Interlocked.Add(ref total, i + 1));
        Assert.Equal(50_000, total);
    }

    [Fact]
    public void Threads_that_fell_asleep_wake_up()
    {
        using var p = new Parallelism(3);
        for (var loop = 0; loop < 5; loop++)
        {
            var total = 0;
            Thread.Sleep(20);
            p.For(100, i => Interlocked.Add(ref total, i));
            Assert.Equal(4950, total);
        }
    }

    [Fact]
    public void A_loop_inside_a_loop_runs_on_its_own_thread()
    {
        using var p = new Parallelism(2);
        var counts = new int[20];
        p.For(20, i =>
        {
            var thread = Environment.CurrentManagedThreadId;
            p.For(30, _ =>
            {
                Assert.Equal(thread, Environment.CurrentManagedThreadId);
                counts[i]++;
            });
        });
        Assert.All(counts, count => Assert.Equal(30, count));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void An_exception_in_a_body_reaches_the_caller_and_the_pool_lives_on(int threads)
    {
        using var p = new Parallelism(threads);
        for (var bad = 0; bad < 50; bad++)
        {
            var error = Assert.Throws<InvalidOperationException>(() => p.For(50, i =>
            {
                if (i == bad) throw new InvalidOperationException("tile");
            }));
            Assert.Equal("tile", error.Message);
            var total = 0;
            p.For(10, i => Interlocked.Add(ref total, i));
            Assert.Equal(45, total);
        }
    }

    [Fact]
    public void Callers_on_several_threads_take_turns()
    {
        using var p = new Parallelism(2);
        var total = 0;
        var callers = Enumerable.Range(0, 4).Select(_ => new Thread(() =>
        {
            for (var loop = 0; loop < 200; loop++) p.For(5, _ => Interlocked.Increment(ref total));
        })).ToList();
        callers.ForEach(thread => thread.Start());
        callers.ForEach(thread => thread.Join());
        Assert.Equal(4000, total);
    }

    [Fact]
    public void A_loop_of_a_value_body_allocates_nothing()
    {
        using var p = new Parallelism(2);
        var body = new Empty();
        for (var i = 0; i < 50; i++) p.For(8, ref body);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 50; i++) p.For(8, ref body);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void A_disposed_pool_refuses_to_run_and_may_be_disposed_again()
    {
        var p = new Parallelism(2);
        p.Dispose();
        p.Dispose();
        Assert.Throws<ObjectDisposedException>(() => p.For(2, _ => { }));
    }

    [Fact]
    public void Thread_counts_outside_1_to_1024_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new Parallelism(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Parallelism(1025));
    }

    private readonly struct Empty : ITileBody
    {
        public void Run(int tile)
        {
        }
    }
}
