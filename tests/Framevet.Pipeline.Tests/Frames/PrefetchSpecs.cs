using System.Runtime.CompilerServices;
using Framevet.Pipeline.Frames;
using Framevet.TestKit.Media;

namespace Framevet.Pipeline.Tests.Frames;

public sealed class PrefetchSpecs : IDisposable
{
    private readonly FramePool _pool = new();

    public void Dispose() => LeakCheck.NoneLeft(_pool);

    [Fact(Timeout = 20_000)]
    public async Task All_batches_arrive_in_order()
    {
        var seen = new List<int>();

        await foreach (var batch in Produce(20).Prefetch(3, TestContext.Current.CancellationToken))
        {
            using (batch)
            {
                seen.Add(batch[0].Index);
            }
        }

        seen.ShouldBe(Enumerable.Range(0, 20));
    }

    [Fact(Timeout = 20_000)]
    public async Task Leaving_the_loop_returns_what_was_read_ahead()
    {
        await foreach (var batch in Produce(1000).Prefetch(4, TestContext.Current.CancellationToken))
        {
            using (batch)
            {
                if (batch[0].Index == 5)
                {
                    break;
                }
            }
        }

        _pool.Outstanding.ShouldBe(0);
    }

    [Fact(Timeout = 20_000)]
    public async Task A_failing_producer_fails_the_consumer_after_what_it_delivered()
    {
        var seen = 0;

        var error = await Should.ThrowAsync<VettingException>(async () =>
        {
            await foreach (var batch in Produce(10, failAt: 5).Prefetch(2, TestContext.Current.CancellationToken))
            {
                using (batch)
                {
                    seen++;
                }
            }
        });

        error.Message.ShouldBe("broken");
        seen.ShouldBe(5);
        _pool.Outstanding.ShouldBe(0);
    }

    [Fact(Timeout = 20_000)]
    public async Task Cancelling_ends_both_sides()
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);

        await Should.ThrowAsync<OperationCanceledException>(async () =>
        {
            await foreach (var batch in Produce(1_000_000).Prefetch(3, stop.Token))
            {
                using (batch)
                {
                    if (batch[0].Index == 3)
                    {
                        await stop.CancelAsync();
                    }
                }
            }
        });

        _pool.Outstanding.ShouldBe(0);
    }

    [Fact(Timeout = 20_000)]
    public async Task A_failing_consumer_returns_what_was_read_ahead()
    {
        await Should.ThrowAsync<InvalidOperationException>(async () =>
        {
            await foreach (var batch in Produce(1000).Prefetch(3, TestContext.Current.CancellationToken))
            {
                using (batch)
                {
                    throw new InvalidOperationException("consumer");
                }
            }
        });

        _pool.Outstanding.ShouldBe(0);
    }

    [Fact(Timeout = 20_000)]
    public async Task The_producer_runs_ahead_but_not_without_bound()
    {
        var enumerator = Produce(1000).Prefetch(3, TestContext.Current.CancellationToken).GetAsyncEnumerator(TestContext.Current.CancellationToken);
        await using (enumerator)
        {
            (await enumerator.MoveNextAsync()).ShouldBeTrue();
            enumerator.Current.Dispose();
            await Task.Delay(300, TestContext.Current.CancellationToken);

            // Three in the channel and one that waits for room.
            _pool.Outstanding.ShouldBeLessThanOrEqualTo(4);
        }
    }

    private IAsyncEnumerable<FrameBatch> Produce(int count, int failAt = -1)
        => ProduceAsync(count, failAt, CancellationToken.None);

    private async IAsyncEnumerable<FrameBatch> ProduceAsync(int count, int failAt, [EnumeratorCancellation] CancellationToken ct)
    {
        for (var i = 0; i < count; i++)
        {
            ct.ThrowIfCancellationRequested();
            if (i == failAt)
            {
                throw new VettingException(FailureCode.ToolFailed, "broken");
            }

            await Task.Yield();
            var batch = _pool.Rent(new FrameLayout(8, 8), 1);
            batch.Add(i, new Pts(i, new TimeBase(1, 25)));
            yield return batch;
        }
    }
}
