using System.Collections.Immutable;
using Framevet.Pipeline.Recipes;

namespace Framevet.Pipeline.Moderation;

/// <summary>
/// The word on single frames. The local classifiers of a recipe look first; when it has none, or none that is ready, its screens do. What they clear is the end; what they flag goes to
/// the precise backends given here, whose word replaces theirs, or to people. Fails closed: an error, a time-out, a malformed answer, a classifier without its model and nothing else, or
/// no backend at all mean that a person looks. In a run the precise backends are asked about whole files instead (<see cref="ClipCascade"/>). Thread-safe.
/// </summary>
public sealed class ModerationCascade : IModerator
{
    private const string Name = "cascade";

    private readonly ImmutableArray<IModerationBackend> _first;
    private readonly ImmutableArray<IModerationBackend> _precise;
    private readonly BackendCall _call;

    /// <param name="backends">In the order they look.</param>
    /// <param name="policy">Judges what they say.</param>
    /// <param name="callTimeout">Time for one call of one backend.</param>
    /// <param name="clock">Measures it.</param>
    public ModerationCascade(ImmutableArray<IModerationBackend> backends, ModerationPolicy policy, TimeSpan callTimeout, TimeProvider clock)
        : this(backends, new BackendCall(policy, callTimeout, clock))
    {
    }

    internal ModerationCascade(ImmutableArray<IModerationBackend> backends, BackendCall call)
    {
        _call = call;
        _first = FirstStep(backends);
        _precise = backends.IsDefault ? [] : [.. backends.Where(b => b.Tier == ModerationTier.Precise)];
    }

    /// <summary>Time for one call of one backend unless said otherwise.</summary>
    public static TimeSpan DefaultCallTimeout { get; } = TimeSpan.FromSeconds(20);

    /// <summary>The cascade that a recipe asks for.</summary>
    /// <exception cref="VettingException">InvalidRequest for an unknown backend or option.</exception>
    public static ModerationCascade Build(PartCatalog catalog, ModerationRecipe recipe, TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(recipe);
        return new([.. recipe.Backends.Select(catalog.Build<IModerationBackend>)], new ModerationPolicy(recipe), DefaultCallTimeout, clock);
    }

    /// <summary>Who looks first: the ready local classifiers, else the screens, else classifiers that are not ready, which send everything to people.</summary>
    public static ImmutableArray<IModerationBackend> FirstStep(ImmutableArray<IModerationBackend> backends)
    {
        ImmutableArray<IModerationBackend> local = backends.IsDefault ? [] : [.. backends.Where(b => b.Tier == ModerationTier.Local)];
        ImmutableArray<IModerationBackend> ready = [.. local.Where(b => b.WhyNotReady is null)];
        if (!ready.IsEmpty)
        {
            return ready;
        }

        ImmutableArray<IModerationBackend> screens = backends.IsDefault ? [] : [.. backends.Where(b => b.Tier == ModerationTier.Screen)];
        return screens.IsEmpty ? local : screens;
    }

    /// <summary>Which of classifier and screen looks at the frames, and why; null when the recipe leaves no choice. True: it is the second best.</summary>
    internal static (bool IsSecondBest, string Text)? WhoLooks(ImmutableArray<IModerationBackend> backends)
    {
        ImmutableArray<IModerationBackend> local = backends.IsDefault ? [] : [.. backends.Where(b => b.Tier == ModerationTier.Local)];
        ImmutableArray<IModerationBackend> screens = backends.IsDefault ? [] : [.. backends.Where(b => b.Tier == ModerationTier.Screen)];
        if (local.IsEmpty || screens.IsEmpty)
        {
            return null;
        }

        return local.Any(b => b.WhyNotReady is null)
            ? (false, $"Screened by {Names(FirstStep(backends))}.")
            : (true, $"Screened by {Names(screens)}, since {local[0].Id} is not ready: {local[0].WhyNotReady}");

        static string Names(ImmutableArray<IModerationBackend> looking) => string.Join(", ", looking.Select(b => b.Id));
    }

    /// <inheritdoc/>
    public async Task<Judgement> JudgeAsync(ReadOnlyMemory<byte> jpeg, CancellationToken ct)
    {
        if (_first.IsEmpty && _precise.IsEmpty)
        {
            return new Judgement(new Verdict(Decision.Escalate, "no moderation backend is set up, so a person must look", Name) { Basis = _call.Policy.Basis }, []);
        }

        var screened = await AskAsync(_first, jpeg, ct).ConfigureAwait(false);
        if (screened is { Failed: true } or { Verdict.Decision: Decision.Allow })
        {
            return screened.ToJudgement();
        }

        var precise = await AskAsync(_precise, jpeg, ct).ConfigureAwait(false);
        return (screened, precise) switch
        {
            ({ } s, null) => s.ToJudgement(),
            (null, { } p) => p.ToJudgement(),
            ({ } s, { } p) => new Judgement(p.Verdict, [.. s.Findings, .. p.Findings]),
            _ => throw new InvalidOperationException("A backend of an unknown tier."),
        };
    }

    /// <summary>Asks all of them; the most severe word counts. Null when there is none. Stops early when it is settled.</summary>
    private async Task<BackendAnswer?> AskAsync(ImmutableArray<IModerationBackend> backends, ReadOnlyMemory<byte> jpeg, CancellationToken ct)
    {
        BackendAnswer? all = null;
        foreach (var backend in backends)
        {
            var answer = backend.WhyNotReady is { } why
                ? _call.Failure(backend, $"is not ready ({why.TrimEnd('.')})")
                : await _call.AskAsync(backend, jpeg, ct).ConfigureAwait(false);
            all = all is null ? answer : all.With(answer);
            if (all.Failed || all.Verdict.Decision == Decision.Block)
            {
                break;
            }
        }

        return all;
    }
}
