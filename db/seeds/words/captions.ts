export interface Subject {
  /** How an alternative text begins. */
  noun: string
  captions: readonly string[]
  comments: readonly string[]
}

/** Words of a picture's name → what people write under such pictures. The first that fits is taken. */
export const SUBJECTS: readonly (readonly [pattern: RegExp, subject: Subject])[] = [
  [
    /flower|botanical|blossom|garden|meadow|petal|tulip|rose/i,
    {
      noun: 'Flowers',
      captions: [
        'First ones of the year',
        'The garden is showing off again',
        'I know, another flower. Not sorry.',
        'Grandmother’s favourite corner',
        'In bloom 🌼',
        'Bought for myself, obviously',
      ],
      comments: [
        'Are these from your garden?',
        'I can smell them from here 🌸',
        'Mine never look like that',
        'What are they called?',
      ],
    },
  ],
  [
    /concert|music|stage|gig|band/i,
    {
      noun: 'A concert',
      captions: [
        'Still can’t hear properly',
        'Second row. Worth the queue.',
        'They played the old ones',
        'What a night',
        'Ears ringing, heart full',
      ],
      comments: ['I was there too!!', 'How was the encore?', 'Who was playing?', 'So jealous, it sold out in minutes'],
    },
  ],
  [
    /sea|beach|wave|coast|ocean|shore|lake|water/i,
    {
      noun: 'Water',
      captions: [
        'Salt in my hair for the rest of the week',
        'Nobody there but us',
        'Went in. Regretted it. Went in again.',
        'Tide coming in',
        'The sea, doing its thing',
        'Eleven degrees and they still swam',
      ],
      comments: ['How cold was it?', 'I miss the sea', 'Did you go in?', 'That horizon!'],
    },
  ],
  [
    /mountain|hill|ridge|dune|landscape|valley|snow|peak|forest|pine|field/i,
    {
      noun: 'A landscape',
      captions: [
        'Four hours up, ten minutes of this, worth it',
        'Above the clouds for once',
        'The long way home',
        'No signal up here. Good.',
        'Somewhere between the two valleys',
        'We had it to ourselves',
        'Legs: gone. View: here.',
      ],
      comments: [
        'Which trail is this?',
        'My knees hurt just looking at it',
        'The layers in the distance 😮',
        'Is there a hut up there?',
      ],
    },
  ],
  [
    /sunset|sunrise|dusk|dawn|evening|aurora|night|moon|sky|star|cloud/i,
    {
      noun: 'The sky',
      captions: [
        'Last light',
        'Golden for about four minutes',
        'Stopped the car for this',
        'Couldn’t sleep, so',
        'The sky last night, no filter',
        'Quarter past nine and still bright',
      ],
      comments: ['We saw the same sky from here!', 'No filter? Really?', 'Those colours', 'Best one this week'],
    },
  ],
  [
    /city|street|roof|tower|building|bridge|window|house|skyline/i,
    {
      noun: 'A street',
      captions: [
        'Wednesday, somewhere between two trams',
        'I’ve walked past this for six years',
        'Corner shop still open',
        'Lines',
        'This city, honestly',
        'From the fourth floor',
      ],
      comments: [
        'I used to live around the corner!',
        'The geometry 👌',
        'Looks like a film still',
        'Which street is that?',
      ],
    },
  ],
  [
    /portrait|face|person|people|selfie/i,
    {
      noun: 'A portrait',
      captions: [
        'Wouldn’t sit still',
        'Finally a decent one',
        'Sunday light by the window',
        'My favourite person, as usual',
        'Said no photos. Took one anyway.',
      ],
      comments: ['What a lovely portrait', 'That smile!', 'You two 😊', 'Say hi from me'],
    },
  ],
  [
    /abstract|arch|pattern|shape|paper|geometr|tile|stripe|colou?r/i,
    {
      noun: 'Shapes and patterns',
      captions: [
        'Found this on a wall',
        'Accidental',
        'Shapes',
        'I could look at this all day',
        'A study, sort of',
        'Playing with colour again',
      ],
      comments: ['Is this a painting?', 'Very satisfying', 'I want this as a poster', 'How did you make it?'],
    },
  ],
]

/** Under any picture. */
export const EVERYDAY: Subject = {
  noun: 'A photo',
  captions: [
    'From the weekend',
    'Found this in my camera roll',
    'Still thinking about this place',
    'A slow day',
    'No caption needed',
    'Back here again',
    'Throwback to a better week',
    'One from the walk',
    'Last roll of the year',
    'Between two showers',
    'Testing the old camera',
    'Out of office',
    'That day',
    'Took the wrong turn, found this',
    'Reminder to look up',
    'Small things',
    'Good company, good light',
    'Before everyone woke up',
    'Just this',
    'Almost didn’t bring the camera',
  ],
  comments: [],
}

/** Appended now and then. */
export const TAGS: readonly string[] = [
  '#fromthearchive',
  '#nofilter',
  '#35mm',
  '#weekend',
  '#homesweethome',
  '#onthisday',
  '#slowliving',
  '#walks',
  '#light',
]
