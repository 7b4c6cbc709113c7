using System.Collections.Immutable;

namespace Framevet.Pipeline.Moderation.Banks;

/// <summary>
/// Hands each final word of a person to everybody who does something with it, once it can no longer be taken back. Called now and then; each reader keeps its own position, so one that
/// fails is tried again without holding up the others. One caller at a time.
/// </summary>
public sealed class DecisionFollow(IDecisionFeed feed, IEnumerable<IDecisionReader> readers, TimeProvider time)
{
    private const int AtOnce = 100;

    /// <summary>A word can be taken back for ten seconds; nothing is done with it before.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(12);

    /// <summary>Deals with everything new; answers how many words were handed on. The first trouble is thrown once every reader had its turn.</summary>
    public async Task<int> RunAsync(CancellationToken ct)
    {
        var done = 0;
        Exception? trouble = null;
        foreach (var reader in readers)
        {
            try
            {
                done += await RunAsync(reader, ct).ConfigureAwait(false);
            }
            catch (Exception e) when (e is VettingException or IOException)
            {
                trouble ??= e;
            }
        }

        return trouble is null ? done : throw trouble;
    }

    private async Task<int> RunAsync(IDecisionReader reader, CancellationToken ct)
    {
        var done = 0;
        var position = await feed.PositionAsync(reader.Name, ct).ConfigureAwait(false);
        ImmutableArray<FinalDecision> words;
        do
        {
            words = await feed.ReadAsync(position, time.GetUtcNow() - Grace, AtOnce, ct).ConfigureAwait(false);
            foreach (var word in words)
            {
                await reader.TakeAsync(word, ct).ConfigureAwait(false);
                position = word.Number;
                await feed.AdvanceAsync(reader.Name, position, ct).ConfigureAwait(false);
                done++;
            }
        }
        while (words.Length == AtOnce);

        return done;
    }
}
