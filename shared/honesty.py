"""What an honest offer says, and what to add where it does not: of a message and of a position in the same words.

From product.md: once they are interested, a pitch must be specific and honest (salary range, workload, what they would do,
downsides); clear timelines are what people ask for.
"""

NO_SALARY = "Name the salary range, with currency and period."
NO_DOWNSIDE = "Say one downside of the position: who hears it from you believes the rest."
NO_TASKS = "Say what the person would do, in their first months or on a usual day."
NO_WORKLOAD = "Say how much work it is: hours, on-call, days in the office."
NO_NEXT_STEPS = "Say what happens next, and by when: the steps until somebody decides."
