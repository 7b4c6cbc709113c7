using Framevet.Pipeline.Runs;

namespace Framevet.Pipeline.Tests.Runs;

public sealed class InProcessRunEventsSpecs
{
    private static readonly RunId A = new(Guid.Parse("00000000-0000-7000-8000-00000000000a"));
    private static readonly RunId B = new(Guid.Parse("00000000-0000-7000-8000-00000000000b"));

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_watcher_hears_of_its_run_from_the_call_on_and_another_of_all()
    {
        var events = new InProcessRunEvents();
        events.Publish(News(A, 1));
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        var ofA = events.WatchAsync(A, stop.Token);
        var ofAll = events.WatchAsync(null, stop.Token);

        events.IsWatched(B).ShouldBeTrue();
        events.Publish(News(A, 2));
        events.Publish(News(B, 3));

        (await TakeAsync(ofA, 1)).ShouldBe([2]);
        (await TakeAsync(ofAll, 2)).ShouldBe([2, 3]);
        events.Count.ShouldBe(0, "both left the loop");
    }

    [Fact]
    public async Task A_slow_watcher_loses_its_oldest_events_and_holds_nobody_up()
    {
        var events = new InProcessRunEvents();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        var slow = events.WatchAsync(null, stop.Token);

        for (var i = 1; i <= InProcessRunEvents.Capacity + 100; i++)
        {
            events.Publish(News(A, i));
        }

        var heard = await TakeAsync(slow, InProcessRunEvents.Capacity);
        heard[0].ShouldBe(101);
        heard[^1].ShouldBe(InProcessRunEvents.Capacity + 100);
    }

    [Fact]
    public async Task Cancelling_ends_a_watch_quietly_also_one_that_was_never_read()
    {
        var events = new InProcessRunEvents();
        using var stop = new CancellationTokenSource();
        _ = events.WatchAsync(A, stop.Token);
        (events.IsWatched(A), events.IsWatched(B)).ShouldBe((true, false));
        var reading = TakeAsync(events.WatchAsync(A, stop.Token), int.MaxValue);
        events.Count.ShouldBe(2);

        await stop.CancelAsync();

        (await reading.WaitAsync(TimeSpan.FromSeconds(10), Ct)).ShouldBeEmpty();
        events.Count.ShouldBe(0);
        events.IsWatched(A).ShouldBeFalse();
        events.Publish(News(A, 1));
    }

    [Fact]
    public async Task Many_publishers_and_watchers_that_come_and_go_lose_nothing_of_one_publisher_in_order()
    {
        var events = new InProcessRunEvents();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        var steady = TakeAsync(events.WatchAsync(A, stop.Token), 400);
        var comers = Enumerable.Range(0, 20).Select(_ => Task.Run(async () =>
        {
            using var mine = new CancellationTokenSource();
            var watch = events.WatchAsync(B, mine.Token);
            events.Publish(News(B, 1));
            (await TakeAsync(watch, 1)).Count.ShouldBe(1);
        }, Ct));
        var publisher = Task.Run(async () =>
        {
            for (var i = 1; i <= 400; i++)
            {
                events.Publish(News(A, i));
                if (i % 50 == 0)
                {
                    await Task.Yield();
                }
            }
        }, Ct);

        await Task.WhenAll([publisher, .. comers]).WaitAsync(TimeSpan.FromSeconds(30), Ct);

        (await steady.WaitAsync(TimeSpan.FromSeconds(30), Ct)).ShouldBe(Enumerable.Range(1, 400).Select(i => (long)i));
    }

    private static RunLogged News(RunId run, long revision) => new(run, revision, default, RunLogLevel.Info, "news");

    private static async Task<List<long>> TakeAsync(IAsyncEnumerable<RunEvent> events, int count)
    {
        var heard = new List<long>();
        await foreach (var news in events)
        {
            heard.Add(news.Revision);
            if (heard.Count == count)
            {
                break;
            }
        }

        return heard;
    }
}
