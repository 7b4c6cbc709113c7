using Framevet.Data.Tables;
using Microsoft.AspNetCore.Identity;

namespace Framevet.Web.Identity;

/// <summary>Length is what counts, so nobody is told which characters to use; only what is guessed first is refused.</summary>
internal sealed class PasswordRules : IPasswordValidator<FramevetUser>
{
    /// <summary>Shortest password.</summary>
    public const int MinLength = 12;

    /// <summary>Longest one: hashing must not be a way to keep the server busy.</summary>
    public const int MaxLength = 256;

    private const int MinDistinct = 5;

    private static readonly string[] GuessedFirst = ["password", "passwort", "qwertyui", "12345678", "framevet", "letmein1", "administrator"];

    public Task<IdentityResult> ValidateAsync(UserManager<FramevetUser> manager, FramevetUser user, string? password)
    {
        var text = password ?? "";
        var fault = text.Length is < MinLength or > MaxLength ? $"A password has {MinLength} to {MaxLength} characters."
            : text.Distinct().Count() < MinDistinct ? $"The password repeats itself; use at least {MinDistinct} different characters."
            : IsGuessedFirst(text, user.UserName) ? "This password is among those that are guessed first; take one that nobody would think of."
            : null;
        return Task.FromResult(fault is null ? IdentityResult.Success : IdentityResult.Failed(new IdentityError { Code = "Password", Description = fault }));
    }

    /// <summary>A well-known word, or the account's name, that makes up half of the password or more.</summary>
    private static bool IsGuessedFirst(string password, string? name) =>
        GuessedFirst.Append(name ?? "").Any(word => word.Length * 2 >= password.Length && password.Contains(word, StringComparison.OrdinalIgnoreCase));
}
