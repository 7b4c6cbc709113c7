using Framevet.Data.Queries;

namespace Framevet.Data.Tests;

public sealed class SharedReadingSpecs
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_hundred_who_ask_during_a_reading_share_the_next_one_and_hear_what_is_stored_by_then()
    {
        var (stored, readings) = (0, 0);
        var gate = new SemaphoreSlim(0);
        var began = new SemaphoreSlim(0);
        var reading = new SharedReading<string, int>(async _ =>
        {
            Interlocked.Increment(ref readings);
            var seen = Volatile.Read(ref stored);
            began.Release();
            await gate.WaitAsync(Ct);
            return seen;
        });

        var first = reading.GetAsync("run", Ct);
        await began.WaitAsync(Ct);
        Volatile.Write(ref stored, 1);
        var others = Enumerable.Range(0, 100).Select(_ => reading.GetAsync("run", Ct)).ToList();
        gate.Release(2);

        (await first).ShouldBe(0);
        (await Task.WhenAll(others)).ShouldAllBe(seen => seen == 1);
        readings.ShouldBe(2);
    }

    [Fact]
    public async Task Keys_do_not_wait_for_each_other_and_trouble_reaches_all_who_asked_but_nobody_later()
    {
        var isBroken = true;
        var reading = new SharedReading<int, string>(async key =>
        {
            await Task.Yield();
            return key == 1 && Volatile.Read(ref isBroken) ? throw new InvalidOperationException("The disk is gone.") : $"{key}";
        });

        (await reading.GetAsync(2, Ct)).ShouldBe("2");
        await Should.ThrowAsync<InvalidOperationException>(() => reading.GetAsync(1, Ct));
        Volatile.Write(ref isBroken, false);
        (await reading.GetAsync(1, Ct)).ShouldBe("1");
    }

    [Fact]
    public async Task Who_gives_up_waiting_stops_nobody_else()
    {
        var gate = new SemaphoreSlim(0);
        var reading = new SharedReading<string, string>(async key =>
        {
            await gate.WaitAsync(Ct);
            return key;
        });
        using var leaving = new CancellationTokenSource();
        var (gone, stays) = (reading.GetAsync("run", leaving.Token), reading.GetAsync("run", Ct));

        await leaving.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => gone);
        gate.Release(2);

        (await stays).ShouldBe("run");
    }
}
