using System.Data.Common;
using System.Globalization;
using Framevet.Data.Engines;
using Framevet.Pipeline.Review;
using Framevet.Pipeline.Runs;

namespace Framevet.Data.Stores;

/// <summary>Statements of the review queue. Each names every condition under which it may change a row.</summary>
internal static class ReviewSql
{
    /// <summary>Nobody has it now.</summary>
    public const string Free = """("State" = 'Waiting' OR ("State" = 'Claimed' AND "ClaimExpiresAt" <= @now))""";

    public const string NoClaim = """ "ClaimUserId" = NULL, "ClaimUserName" = NULL, "ClaimExpiresAt" = NULL, "ClaimedAt" = NULL """;

    /// <summary>Shuts <c>@out</c> out, if it is somebody.</summary>
    public const string Exclude = """ "Excluded" = CASE WHEN @out IS NULL OR replace("Excluded", '|' || @out || '|', '') <> "Excluded" THEN "Excluded" WHEN "Excluded" = '' THEN '|' || @out || '|' ELSE "Excluded" || @out || '|' END """;

    public const string Insert = """
        INSERT INTO "ReviewItems" ("Id", "RunId", "Kind", "State", "IsEscalated", "CreatedAt", "TopLabel", "TopConfidence", "Token", "Frames", "FrameCount", "Queue", "Severity",
            "Excluded", "Note", "OriginId", "AssigneeId", "AssigneeName", "AssignedUntil", "IsOnHold")
        VALUES (@id, @run, @kind, 'Waiting', @escalated, @at, @label, @confidence, 0, @frames, @count, @queue, @severity,
            @excluded, @note, @origin, @assignee, @assigneeName, @assignedUntil, @hold)
        ON CONFLICT DO NOTHING
        """;

    /// <summary>Takes a row back from its decision or from waiting, if nobody came in between and the decision has no effect yet.</summary>
    public const string Undo = $"""
        {Take}, "DecidedAt" = NULL, "EffectiveAt" = NULL, "IsEscalated" = CASE WHEN @final THEN "IsEscalated" ELSE FALSE END,
            "Excluded" = COALESCE(@voters, CASE WHEN @final THEN "Excluded" ELSE replace("Excluded", @mark, CASE WHEN "Excluded" = @mark THEN '' ELSE '|' END) END)
        WHERE "Id" = @id AND ((@final AND "State" = 'Decided' AND "SettledAt" IS NULL AND "EffectiveAt" > @now) OR (NOT @final AND "State" = 'Waiting' AND "AssigneeId" IS NULL))
        """;

    public const string ClaimOne = $"""
        {Take} WHERE "Id" = @id AND (("State" = 'Claimed' AND "ClaimUserId" = @user)
            OR ({Free} AND replace("Excluded", '|' || @user || '|', '') = "Excluded" AND (@lead OR {Mine})))
        """;

    private const string Take = """
        UPDATE "ReviewItems" SET "State" = 'Claimed', "ClaimUserId" = @user, "ClaimUserName" = @name, "ClaimExpiresAt" = @until, "Token" = "Token" + 1,
            "ClaimedAt" = CASE WHEN "ClaimUserId" = @user AND "ClaimExpiresAt" > @now THEN COALESCE("ClaimedAt", @now) ELSE @now END
        """;

    private const string Mine = """("AssigneeId" IS NULL OR "AssigneeId" = @user OR "AssignedUntil" <= @now)""";

    private const string NotAside = """NOT ("IsOnHold" AND "AssigneeId" IS NOT NULL AND "AssignedUntil" > @now)""";

    /// <summary>Own items first, the avoided queue last, then by severity and age.</summary>
    public static string ClaimNext(SqlDialect dialect, int skipped, int closed) => $"""
        {Take} WHERE "Id" = (SELECT "Id" FROM "ReviewItems"
            WHERE {Free} AND {Mine} AND {NotAside} AND replace("Excluded", '|' || @user || '|', '') = "Excluded"
                AND (@lead OR NOT "IsEscalated") AND ("IsEscalated" OR NOT @escalated) AND (@queue IS NULL OR "Queue" = @queue) AND (@severity IS NULL OR "Severity" = @severity)
                {NoneOf("Id", "@skip", skipped)} {NoneOf("Queue", "@closed", closed)}
            ORDER BY "AssigneeId" IS NULL, @avoid IS NOT NULL AND "Queue" = @avoid, "Severity" DESC, "CreatedAt", "Id" LIMIT 1{dialect.SkipLocked})
        RETURNING "Id"
        """;

    /// <summary>What a word does to its item.</summary>
    public static string Outcome(RulingKind kind) => $"""UPDATE "ReviewItems" SET {kind switch
    {
        RulingKind.Final => """ "State" = 'Decided', "DecidedAt" = @now, "EffectiveAt" = @effective """,
        RulingKind.Vote => $""" "State" = 'Waiting', {Exclude} """,
        RulingKind.Escalation => """ "State" = 'Waiting', "IsEscalated" = TRUE """,
        _ => """ "State" = 'Waiting', "IsEscalated" = TRUE, "Excluded" = '' """,
    }}, "AssigneeId" = NULL, "AssigneeName" = NULL, "AssignedUntil" = NULL, "IsOnHold" = FALSE, {NoClaim} """;

    /// <summary>Who claims, when and for how long.</summary>
    public static DbCommand WithClaim(this DbCommand command, Actor actor, DateTimeOffset now, TimeSpan lease) => command
        .With("@user", actor.Id).With("@name", actor.Name).With("@lead", actor.Has(Rights.Lead)).With("@now", now).With("@until", now + lease);

    /// <summary>Whose it is.</summary>
    public static DbCommand WithAssignment(this DbCommand command, ReviewAssignment? assignment) => command
        .With("@assignee", assignment?.UserId).With("@assigneeName", assignment?.UserName).With("@assignedUntil", assignment?.Until).With("@hold", assignment?.IsHold ?? false);

    /// <summary>Values for the names of a list.</summary>
    public static DbCommand WithMany(this DbCommand command, string name, IEnumerable<object> values)
    {
        foreach (var (value, index) in values.Select((v, i) => (v, i)))
        {
            command.With(string.Create(CultureInfo.InvariantCulture, $"{name}{index}"), value);
        }

        return command;
    }

    private static string NoneOf(string column, string name, int count) => count == 0 ? ""
        : $"""AND "{column}" NOT IN ({string.Join(", ", Enumerable.Range(0, count).Select(i => string.Create(CultureInfo.InvariantCulture, $"{name}{i}")))})""";
}
